// A thread waits in vfork, out of reach, while the update waits for another one.
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/wait.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

volatile int limit = 3;
static int to_child[2], leave[2];

static void *parent(void *unused)
{
    pid_t child = vfork();
    if (child == 0) {
        char byte;
        read(to_child[0], &byte, 1);
        _exit(0);
    }
    waitpid(child, 0, 0);
    puts("child ended");
    fflush(stdout);
    return unused;
}

__attribute__((noinline, noclone)) int answer(int question)
{
    char byte;
    if (question == 1) {
        puts("inside");
        fflush(stdout);
        read(leave[0], &byte, 1);
    }
    return question * limit + 1;
}

static void *holder(void *unused)
{
    printf("held %d\n", answer(1));
    fflush(stdout);
    return unused;
}

int main(void)
{
    char line[64];
    int question;
    pthread_t threads[2];
    if (pipe(to_child) || pipe(leave))
        return 1;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        if (question == 1) {
            pthread_create(&threads[0], 0, parent, 0);
            pthread_create(&threads[1], 0, holder, 0);
        } else if (question == 2 || question == 3) {
            if (write(question == 2 ? to_child[1] : leave[1], "x", 1) != 1)
                return 1;
            pthread_join(threads[question - 2], 0);
        } else
            printf("answer %d\n", answer(question));
        fflush(stdout);
    }
    return 0;
}
