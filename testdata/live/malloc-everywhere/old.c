// Children in which no thread waits, and each holds a lock of malloc half of the time: a patch is loaded by one
// that is in the program's own code.
#include <pthread.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#define BLOCKS 64

__attribute__((noinline)) int answer(int question)
{
    return question * 3 + 1;
}

__attribute__((noinline)) static unsigned compute(unsigned number)
{
    for (volatile int i = 0; i < 30000; i++)
        number = number * 1103515245 + 12345;
    return number;
}

static unsigned allocate(unsigned number)
{
    static __thread void *blocks[BLOCKS];
    for (int i = 0; i < 200; i++) {
        void **block = &blocks[(number >> 8) % BLOCKS];
        free(*block);
        *block = malloc(2000 + number % 30000);
        number = number * 1103515245 + 12345;
    }
    return compute(number);
}

static void *work(void *unused)
{
    for (unsigned number = 1;;)
        number = allocate(number);
    return unused;
}

static void child(void)
{
    pthread_t thread;
    pthread_create(&thread, 0, work, 0);
    work(0);
}

int main(void)
{
    char line[64];
    int question;
    for (int i = 0; i < 3; i++)
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            child();
        }
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("answer %d\n", answer(question));
        fflush(stdout);
    }
    return 0;
}
