// A thread sleeps in a function that uses a global, which is kept coherent; thread variables cross at once.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

long shared;
static __thread long own = 1;
static sem_t go;

__attribute__((noinline)) void slow(void)
{
    shared++;
    puts("slow begins");
    fflush(stdout);
    sem_wait(&go);
    shared++;
    printf("slow ends: long %ld\n", (long)shared);
    fflush(stdout);
}

__attribute__((noinline)) void quick(void)
{
    own++;
    shared++;
    printf("quick: long %ld %ld\n", (long)own, (long)shared);
    fflush(stdout);
}

static void *other(void *unused)
{
    slow();
    quick();
    return unused;
}

int main(void)
{
    char line[64];
    pthread_t thread;
    sem_init(&go, 0, 0);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        if (line[0] == 'n')
            pthread_create(&thread, 0, other, 0);
        else if (line[0] == 'g')
            sem_post(&go);
        else
            quick();
    }
    return 0;
}
