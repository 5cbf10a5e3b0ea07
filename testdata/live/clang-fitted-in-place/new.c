// clang rewrites statics in place: it drops an argument that `record` does not need, so that the other
// one arrives in the first register. Old callers go on with the old code; new ones get the new.
#include <stdio.h>
#include <stdlib.h>

static int total;

__attribute__((noinline)) static void record(const char *unused, int amount)
{
    total += amount;
    printf("new %d\n", amount * 2);
}

__attribute__((noinline)) static void serve(int n)
{
    record("serve", n + 1);
    printf("served %d\n", n);
}

int main(void)
{
    setvbuf(stdout, 0, _IOLBF, 0);
    puts("ready");
    for (;;) {
        int n;
        if (scanf("%d", &n) != 1)
            exit(0);
        record("main", n);
        serve(n);
    }
}
