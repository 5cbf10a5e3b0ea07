// The old callee only reads its argument, and calls code that the compiler does not see.
// The compiler told the caller so: it keeps the other field in a register, which the new callee writes.
#include <stdio.h>
#include <stdlib.h>

struct pair {
    int a, b;
};

__attribute__((noinline, noclone)) static int weigh(struct pair *p)
{
    puts("weighing");
    return p->a + p->b++;
}

__attribute__((noinline, noclone)) static void serve(int x)
{
    struct pair local = {x, x + 1};
    int sum = weigh(&local);
    printf("%d %d %d\n", sum, local.a, local.b);
}

int main(void)
{
    int x;
    setvbuf(stdout, 0, _IOLBF, 0);
    puts("ready");
    while (scanf("%d", &x) == 1)
        serve(x);
    exit(0);
}
