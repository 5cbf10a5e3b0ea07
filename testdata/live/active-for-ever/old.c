// A loop that never returns stays old; what it calls does not.
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((noinline)) int step(int number)
{
    return number * 3 + 1;
}

__attribute__((noinline)) void *loop(void *unused)
{
    char line[64];
    int question;
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("old loop %d\n", step(question));
        fflush(stdout);
    }
    return unused;
}

int main(void)
{
    pthread_t thread;
    puts("ready");
    fflush(stdout);
    pthread_create(&thread, 0, loop, 0);
    pthread_join(thread, 0);
    return 0;
}
