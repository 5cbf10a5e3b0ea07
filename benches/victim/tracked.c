// A thread stays in an old function that uses a global whose type changes. `writes COUNT` has it
// write there, `kernel COUNT` have the kernel write by read(2), `turns COUNT` has new code do a server's turns that write there once each, `reads
// COUNT` the same without the write: each tells ns a time. The argument: how many threads wait beside.
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct totals { volatile int count; int longest; };

static struct totals totals;
static char received[16];
static int channel[2];
static int by_kernel;
static sem_t begin, done;
static long wanted;
static double took;
static char text[4096];

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

__attribute__((noipa)) void hold(void)
{
    for (;;) {
        sem_wait(&begin);
        if (wanted == 0)
            return;
        double before = now();
        for (long i = 0; i < wanted; i++) {
            if (!by_kernel)
                totals.count++;
            else if (write(channel[1], text, 16) != 16 || read(channel[0], received, 16) != 16)
                abort();
        }
        took = (now() - before) / (double)wanted;
        sem_post(&done);
    }
}

static void *holder(void *unused)
{
    hold();
    sem_post(&done);
    return unused;
}

static void *waiter(void *odd)
{
    for (;;)
        odd ? (void)pause() : (void)poll(0, 0, -1);
    return 0;
}

// Some microseconds of work.
__attribute__((noipa)) unsigned turn(unsigned seed, int writes)
{
    for (unsigned i = 0; i < sizeof text; i++)
        seed = (seed ^ (unsigned char)text[i]) * 16777619u;
    if (writes)
        totals.count++;
    return seed + (unsigned)totals.longest;
}

__attribute__((noipa)) void turns(long count, int writes)
{
    unsigned seed = 1;
    double before = now();
    for (long i = 0; i < count; i++)
        seed = turn(seed, writes);
    text[0] = (char)seed;
    took = (now() - before) / (double)count;
}

int main(int argc, char **argv)
{
    char line[64], what[16];
    pthread_t thread;
    if (pipe(channel))
        return 1;
    sem_init(&begin, 0, 0);
    sem_init(&done, 0, 0);
    pthread_create(&thread, 0, holder, 0);
    for (long i = 0; i < atol(argc > 1 ? argv[1] : "0"); i++)
        pthread_create(&thread, 0, waiter, (void *)(i & 1));
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%15s %ld", what, &wanted) == 2) {
        by_kernel = *what == 'k';
        if (by_kernel || *what == 'w') {
            sem_post(&begin);
            sem_wait(&done);
        } else {
            turns(wanted, *what == 't');
        }
        printf("%.1f\n", took);
        fflush(stdout);
    }
    return 0;
}
