// Threads leave an old function by longjmp, by their end, and within a signal handler:
// its callbacks are run all the same, at the latest when polus looks again.
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sem_t begin[4], done;
static char orders[4];
static __thread jmp_buf outside;

/* Stays until it is told how to leave. */
__attribute__((noinline, noclone)) void hold(int who)
{
    while (sem_wait(&begin[who]))
        ;
    if (orders[who] == 'j')
        longjmp(outside, 1);
    if (orders[who] == 'e')
        pthread_exit(0);
    if (orders[who] == 'x')
        puts("old");
}

static void handler(int number)
{
    (void)number;
    hold(2);
}

static void *run(void *argument)
{
    int who = (int)(long)argument;
    if (who == 2)
        raise(SIGUSR1);
    else if (!setjmp(outside))
        hold(who);
    sem_post(&done);
    return 0;
}

int main(void)
{
    char line[64];
    pthread_t threads[4];
    signal(SIGUSR1, handler);
    sem_init(&done, 0, 0);
    for (long i = 0; i < 4; i++) {
        sem_init(&begin[i], 0, 0);
        pthread_create(&threads[i], 0, run, (void *)i);
    }
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        int who = line[0] - '0';
        orders[who] = line[1];
        sem_post(&begin[who]);
        pthread_join(threads[who], 0);
        puts("left");
        fflush(stdout);
    }
    return 0;
}
