// Threads that each start their successor and end, while functions are replaced.
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((noinline, noclone)) int answer(int question)
{
    return question * 3 + 1;
}

static volatile int stop;
static int wrong;

static void *chain(void *unused)
{
    pthread_t next;
    pthread_attr_t attributes;
    int answered = answer(5);
    if (answered != 16 && answered != 10)
        wrong++;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (!stop)
        while (pthread_create(&next, &attributes, chain, 0))
            ;
    pthread_attr_destroy(&attributes);
    return unused;
}

int main(void)
{
    char line[64];
    int question;
    for (int i = 0; i < 3; i++)
        chain(0);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("answer %d wrong %d\n", answer(question), wrong);
        fflush(stdout);
    }
    return 0;
}
