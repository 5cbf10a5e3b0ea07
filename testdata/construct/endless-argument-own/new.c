// main never returns, and nobody else has what it made: what its callee does with it, it was compiled on.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct meter {
    int turns, kept;
};

static struct meter *made(void) { return calloc(1, sizeof(struct meter)); }

__attribute__((noinline)) static void tick(struct meter *meter)
{
    meter->kept += meter->turns;
    printf("turn %d\n", meter->turns);
}

static void start(struct meter *meter)
{
    setvbuf(stdout, 0, _IOLBF, 0);
    puts("ready");
}

int main(void)
{
    int turns;
    struct meter *meter = made();
    start(meter);
    for (;;) {
        if (scanf("%d", &turns) != 1)
            exit(0);
        meter->turns = turns;
        meter->kept = 5;
        tick(meter);
        printf("%d\n", meter->kept);
    }
}
