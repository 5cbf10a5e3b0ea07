// The old callee reads one field of its argument, and calls code that the compiler does not see.
// The compiler told the caller so: it never stores the other field, which the new callee reads.
#include <stdio.h>
#include <stdlib.h>

struct pair {
    int a, b;
};

__attribute__((noinline, noclone)) static int weigh(const struct pair *p)
{
    puts("weighing");
    return p->a * 100 + p->b;
}

__attribute__((noinline, noclone)) static void serve(int x)
{
    struct pair local = {x, x + 1};
    printf("%d\n", weigh(&local));
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
    while (scanf("%d", &x) == 1) {
        disturb(x);
        serve(x);
    }
    exit(0);
}
