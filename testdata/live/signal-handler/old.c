// The migrated global is used below a signal handler that has not returned.
#include <signal.h>
#include <semaphore.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct limits {
    int low, high;
} volatile limits = {1, 100};
static sem_t leave;

static void handler(int signal)
{
    puts("in handler");
    fflush(stdout);
    while (sem_wait(&leave))
        ;
    (void)signal;
}

__attribute__((noinline, noclone)) int rate(int question)
{
    int low = limits.low;
    if (question == 1)
        raise(SIGUSR1);
    return low + limits.high + question;
}

static void *rater(void *unused)
{
    printf("rate %d\n", rate(1));
    fflush(stdout);
    return unused;
}

int main(void)
{
    char line[64];
    int question;
    pthread_t thread;
    sem_init(&leave, 0, 0);
    signal(SIGUSR1, handler);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        if (question == 1)
            pthread_create(&thread, 0, rater, 0);
        else if (question == 2)
            sem_post(&leave);
        else
            printf("rate %d\n", rate(question));
        fflush(stdout);
    }
    return 0;
}
