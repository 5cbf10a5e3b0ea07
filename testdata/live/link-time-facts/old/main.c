// Linked with optimisation, callers know what a function of another file does: the old `serve` keeps
// `hits` across the call, because `scale` did not touch it.
#include <stdio.h>
#include <stdlib.h>

int hits;
int scale(int n);

__attribute__((noinline)) void serve(int n)
{
    hits = n;
    int scaled = scale(n);
    printf("served %d, hits %d\n", scaled, hits);
}

int main(void)
{
    setvbuf(stdout, 0, _IOLBF, 0);
    puts("ready");
    for (;;) {
        int n;
        if (scanf("%d", &n) != 1)
            exit(0);
        serve(n);
    }
}
