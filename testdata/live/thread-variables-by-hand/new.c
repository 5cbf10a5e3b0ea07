// Hand-written code carries a thread variable, and runs before the update and when it is over.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

static int shared = 40;

__thread struct pause {
    int milliseconds;
    int *where;
} pause_of = { 5000, &shared };

static sem_t ask, told;

__attribute__((noipa, noinline)) void answer(const char *who)
{
    pause_of.milliseconds++;
    printf("%s: %d milliseconds %d\n", who, pause_of.milliseconds, *pause_of.where);
    fflush(stdout);
}

static void *other(void *unused)
{
    for (;;) {
        sem_wait(&ask);
        answer("other");
        sem_post(&told);
    }
    return unused;
}

int main(void)
{
    char line[64];
    pthread_t thread;
    sem_init(&ask, 0, 0);
    sem_init(&told, 0, 0);
    pthread_create(&thread, 0, other, 0);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        answer("main");
        sem_post(&ask);
        sem_wait(&told);
    }
    return 0;
}
