// A thread spins for ever because a counter went below zero; the update frees it.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static volatile int pending = -1;
static volatile int served;

/* Never ends if the counter is below zero. */
__attribute__((noipa)) void drain(void)
{
    while (pending != 0)
        served++;
}

static void *worker(void *unused)
{
    drain();
    puts("drained");
    fflush(stdout);
    return unused;
}

int main(void)
{
    char line[16];
    pthread_t thread;
    pthread_create(&thread, 0, worker, 0);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        puts("here");
        fflush(stdout);
    }
    pthread_join(thread, 0);
    return 0;
}
