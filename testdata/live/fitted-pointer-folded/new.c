// The source takes the address of `level`, but the compiler follows the constant pointer and drops it: `level`
// has only calls that it knows, with numbers from 1 to 4, and lost what is for others.
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) static void level(int n)
{
    if (n > 10)
        puts("high");
    printf("level %d\n", n);
}

static void (*const report)(int) = level;

__attribute__((noinline)) void serve(int n)
{
    puts("serving");
    level(1 + (n & 1));
    level(n);
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
