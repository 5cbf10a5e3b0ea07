#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

void act(int n);

static sem_t begin, done;
static char order;
static int number;

static volatile int inside;

/* Stays until it is told to leave. */
__attribute__((noinline, noclone)) int hold(void)
{
    int rounds = 0;
    inside = 1; /* so that no loop begins among the first bytes */
    for (;;) {
        sem_wait(&begin);
        rounds++;
        if (order == 'W')
            state.value = number;
        else if (order == 'R')
            printf("held value %d text %s\n", state.value, state.text);
        else
            return rounds;
        fflush(stdout);
        sem_post(&done);
    }
}

static void *holder(void *unused)
{
    printf("left after %d rounds\n", hold());
    fflush(stdout);
    sem_post(&done);
    return unused;
}

static void serve(void)
{
    char line[64];
    while (fgets(line, sizeof line, stdin)) {
        number = atoi(line + 1);
        order = *line;
        if (order == 'a')
            act(number);
        else {
            sem_post(&begin);
            while (sem_wait(&done))
                ;
            puts("done");
        }
        fflush(stdout);
    }
}

static void start(void)
{
    pthread_t thread;
    sem_init(&begin, 0, 0);
    sem_init(&done, 0, 0);
    pthread_create(&thread, 0, holder, 0);
    pthread_detach(thread);
}
