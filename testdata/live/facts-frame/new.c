// An old frame is active that keeps a field of its own in a register across calls of a function which
// was known to leave it alone: the new version, which writes it, waits until the frame is left.
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

__attribute__((noinline, noclone)) static int ask(void)
{
    int x = 0;
    puts("more");
    return scanf("%d", &x) == 1 ? x : -1;
}

__attribute__((noinline, noclone)) static void serve(int x)
{
    struct pair local = {x, x + 1};
    int more = ask();
    int sum = weigh(&local);
    printf("%d %d %d\n", sum + more, local.a, local.b);
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
