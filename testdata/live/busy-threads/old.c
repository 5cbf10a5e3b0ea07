// All threads compute; the function is hot in three of them.
#include <pthread.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((noinline, noclone)) int answer(int question)
{
    return question * 3 + 1;
}

static volatile int wrong;

static void *work(void *unused)
{
    for (;;) {
        int answered = answer(5);
        if (answered != 16 && answered != 10)
            wrong = 1;
    }
    return unused;
}

int main(void)
{
    char line[64];
    int question;
    pthread_t thread;
    for (int i = 0; i < 3; i++)
        pthread_create(&thread, 0, work, 0);
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct pollfd input = {0, POLLIN, 0};
        while (poll(&input, 1, 0) == 0)
            answer(7);
        if (!fgets(line, sizeof line, stdin) || sscanf(line, "%d", &question) != 1)
            break;
        printf("answer %d wrong %d\n", answer(question), wrong);
        fflush(stdout);
    }
    return 0;
}
