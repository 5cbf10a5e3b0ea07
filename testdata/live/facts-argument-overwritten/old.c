// The old callee overwrites its argument before it does anything else: the compiler told the caller
// so, which never stores what it assigned before. The new callee leaves it as it is, at times.
#include <stdio.h>
#include <stdlib.h>

struct pair {
    int a, b;
};

static int frozen;

__attribute__((noinline, noclone)) static void reset(struct pair *p)
{
    p->a = 0;
    p->b = 0;
    printf("reset %d\n", frozen);
}

__attribute__((noinline, noclone)) static void serve(int x)
{
    struct pair local;
    local.a = x;
    local.b = x + 1;
    reset(&local);
    printf("%d\n", local.a + local.b);
}

__attribute__((noinline, noclone)) static void disturb(int x)
{
    volatile char noise[512];
    for (unsigned i = 0; i < sizeof noise; i++)
        noise[i] = 77 + x;
}

int main(void)
{
    int x;
    setvbuf(stdout, 0, _IOLBF, 0);
    puts("ready");
    while (scanf("%d %d", &x, &frozen) == 2) {
        disturb(x);
        serve(x);
    }
    exit(0);
}
