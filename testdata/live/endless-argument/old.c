// main never returns, and made what its callee gets itself; a function that the compiler did not see has
// got it, too: what the callee does with it is nothing that main was compiled on.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct meter {
    int turns, kept;
};

static struct meter *made(void) { return calloc(1, sizeof(struct meter)); }

__attribute__((noinline)) static void tick(struct meter *meter)
{
    printf("turn %d\n", meter->turns);
}

// the compiler fits it to nobody
void (*volatile known)(struct meter *) = tick;

static void start(struct meter *meter)
{
    if (read(-1, meter, sizeof *meter) > 0) abort();
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
