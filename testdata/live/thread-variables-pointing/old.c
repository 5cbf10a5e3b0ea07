// Thread variables whose first values are addresses in the program, in old and new threads.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

static int shared = 40;

int twice(int number)
{
    shared++;
    return 2 * number;
}

__thread struct place {
    int *where;
} place = { &shared };

static sem_t ask, told;

__attribute__((noipa, noinline)) void answer(const char *who)
{
    printf("%s: %d\n", who, *place.where);
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

static void *once(void *unused)
{
    answer("once");
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
        pthread_create(&thread, 0, once, 0);
        pthread_join(thread, 0);
    }
    return 0;
}
