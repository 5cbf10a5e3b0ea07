// Two updates in a row, both made by polusc from the sources.
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((noinline)) int answer(int question)
{
    return question * 2;
}

static void *idle(void *unused)
{
    for (;;)
        sleep(1000);
    return unused;
}

int main(void)
{
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], 0, idle, 0);
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("answer %d\n", answer(question));
        fflush(stdout);
    }
    return 0;
}
