// Threads sleep on a lock in the struct that changes: old and new code never use it side by side.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

struct limits {
    long weight;
    pthread_mutex_t lock;
    int low;
};
struct limits limits = {7, PTHREAD_MUTEX_INITIALIZER, 1};
static sem_t leave;

/* Holds the lock until it is told to leave. */
__attribute__((noipa, noinline)) void hold(void)
{
    pthread_mutex_lock(&limits.lock);
    puts("inside");
    fflush(stdout);
    sem_wait(&leave);
    limits.low++;
    pthread_mutex_unlock(&limits.lock);
}

static void *holder(void *unused)
{
    hold();
    puts("left");
    fflush(stdout);
    return unused;
}

__attribute__((noipa, noinline)) void rate(void)
{
    pthread_mutex_lock(&limits.lock);
    printf("new: low %ld\n", limits.low * limits.weight);
    pthread_mutex_unlock(&limits.lock);
}

int main(void)
{
    char line[64];
    pthread_t thread;
    sem_init(&leave, 0, 0);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        if (*line == 'h')
            pthread_create(&thread, 0, holder, 0);
        else if (*line == 'l')
            sem_post(&leave);
        else
            rate();
        fflush(stdout);
    }
    return 0;
}
