// A call that never comes back tells the compiler nothing of memory: the old callee is known to leave
// a static alone although it may call err, and the caller keeps the static in a register. The new one writes it.
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

static int total, pending;

__attribute__((noinline, noclone)) static int half(int x)
{
    if (x < 0)
        err(3, "half of %d", x);
    return total + x / 2;
}

__attribute__((noinline, noclone)) static void serve(int x)
{
    pending = x;
    int n = half(x);
    printf("%d %d\n", n, pending);
}

int main(void)
{
    int x;
    setvbuf(stdout, 0, _IOLBF, 0);
    puts("ready");
    while (scanf("%d %d", &x, &total) == 2)
        serve(x);
    printf("%d %d\n", pending, total);
    exit(0);
}
