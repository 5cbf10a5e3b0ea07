// A thread stays in a function that uses a global whose type changes.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct limits {
    int low, high;
} volatile limits = {1, 100};
static sem_t leave;

__attribute__((noinline, noclone)) int hold(int seconds)
{
    puts("inside");
    fflush(stdout);
    sem_wait(&leave);
    return limits.low + seconds;
}

static void *holder(void *unused)
{
    printf("held %d\n", hold(1));
    fflush(stdout);
    return unused;
}

__attribute__((noinline, noclone)) int rate(int question)
{
    return limits.low + limits.high + question;
}

int main(void)
{
    char line[64];
    int question;
    pthread_t thread;
    sem_init(&leave, 0, 0);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        if (question == 1)
            pthread_create(&thread, 0, holder, 0);
        else if (question == 2)
            sem_post(&leave);
        else
            printf("rate %d\n", rate(question));
        fflush(stdout);
    }
    return 0;
}
