// ld.so was started with the program's name: to the kernel, ld.so is the executable.
#include <pthread.h>
#include <stdio.h>

__thread int calls;
static __thread int total = 7;
static volatile int limit = 100;

__attribute__((noinline)) int answer(int question)
{
    calls++;
    total += question;
    return calls * 1000 + total + limit;
}

static void *other(void *unused)
{
    answer(1);
    printf("other %d\n", answer(1));
    return unused;
}

int main(void)
{
    char line[64];
    int question;
    pthread_t thread;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("answer %d\n", answer(question));
        pthread_create(&thread, 0, other, 0);
        pthread_join(thread, 0);
        fflush(stdout);
    }
    return 0;
}
