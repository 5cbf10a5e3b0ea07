// A thread is nearly always in a function that reads and writes the struct which changes.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct limits {
    long weight;
    int low, high;
} limits = {7, 1, 100};
static volatile int over;
// No value comes twice: after a death in tracking it would count as not written.
int last = 100;

/* What it wrote last is what it reads, and low and high move together. */
__attribute__((noipa, noinline)) void hold(void)
{
    struct timespec pause = {0, 3000000};
    for (int i = 1; i <= 10; i++) {
        int own = ++last;
        limits.high = own;
        nanosleep(&pause, 0);
        if (limits.high != own || limits.low != 1)
            abort();
    }
    limits.high = ++last; // whoever tracks it always meets a write
}

static void *holder(void *unused)
{
    while (!over)
        hold();
    return unused;
}

__attribute__((noipa, noinline)) void rate(int question)
{
    printf("new: %ld\n", (long)(limits.low * limits.weight + question));
}

int main(void)
{
    int question;
    pthread_t thread;
    pthread_create(&thread, 0, holder, 0);
    puts("ready");
    fflush(stdout);
    while (scanf("%d", &question) == 1) {
        rate(question);
        fflush(stdout);
    }
    over = 1;
    pthread_join(thread, 0);
    return 0;
}
