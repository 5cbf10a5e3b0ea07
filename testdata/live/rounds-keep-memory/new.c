// Wider counts, one more, and a longer array.
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct totals {
    long requests;
    long longest;
    long bytes;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct totals totals;
static int recent[16];
static volatile int stop;

__attribute__((noipa)) void serve(int bytes)
{
    pthread_mutex_lock(&lock);
    recent[totals.requests % 16] = bytes;
    totals.requests++;
    totals.bytes += bytes;
    if (bytes > totals.longest)
        totals.longest = bytes;
    pthread_mutex_unlock(&lock);
}

__attribute__((noipa)) void tell(void)
{
    pthread_mutex_lock(&lock);
    printf("%s\n", totals.bytes == 3 * totals.requests && recent[0] == 3 ? "new exact" : "new wrong");
    pthread_mutex_unlock(&lock);
    fflush(stdout);
}

static void *serves(void *unused)
{
    struct timespec nap = {0, 200000};
    while (!stop) {
        serve(3);
        nanosleep(&nap, 0);
    }
    return unused;
}

int main(void)
{
    char line[16];
    pthread_t threads[6];
    serve(3);
    for (int i = 0; i < 6; i++)
        pthread_create(&threads[i], 0, serves, 0);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin))
        tell();
    stop = 1;
    for (int i = 0; i < 6; i++)
        pthread_join(threads[i], 0);
    return 0;
}
