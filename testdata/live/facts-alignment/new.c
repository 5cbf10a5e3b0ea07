// The old callee needs no aligned stack, as the compiler saw, and its caller, which never returns,
// calls it without. The new one holds what must be aligned.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct line {
    char text[64];
};

static volatile int wanted, done;

__attribute__((noinline, noclone)) static void look(void)
{
    static struct line last;
    struct line next = last;
    for (int i = 0; i < 64; i++)
        next.text[i] += i + wanted;
    last = next;
    if (wanted)
        done = wanted, wanted = 0;
}

static void *watch(void *none)
{
    for (;;)
        look();
}

int main(void)
{
    int x;
    pthread_t thread;
    setvbuf(stdout, 0, _IOLBF, 0);
    pthread_create(&thread, 0, watch, 0);
    puts("ready");
    while (scanf("%d", &x) == 1) {
        wanted = x;
        while (done != x)
            ;
        printf("done %d\n", x);
    }
    exit(0);
}
