// clang drops an argument that `record` does not need. A patch that was made without the executable does not
// know that, and would read the other one from the wrong register.
#include <stdio.h>
#include <stdlib.h>

static int total;

__attribute__((noinline)) static void record(const char *unused, int amount)
{
    total += amount;
    printf("recorded %d\n", amount);
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
