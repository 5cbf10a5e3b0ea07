// A thread sleeps in a function that uses a thread variable: each side waits for the other.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

static __thread int total = 3;
static sem_t go;

__attribute__((noipa, noinline)) int work(int question)
{
    total += question;
    printf("%d: before %ld\n", question, (long)total);
    fflush(stdout);
    sem_wait(&go);
    printf("%d: behind %ld\n", question, (long)total);
    fflush(stdout);
    return 1;
}

static void *other(void *unused)
{
    work(100);
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
        if (line[0] == 'g')
            sem_post(&go);
        if (line[0] == 'n')
            pthread_create(&thread, 0, other, 0);
    }
    return 0;
}
