// clang tells callers what a function returns, also one that calls what it cannot look into: the old
// `serve` never looks at what `check` returns, nor at what `same` does.
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) int check(int n)
{
    printf("checked %d\n", n);
    return 0;
}

__attribute__((noinline)) int same(int n)
{
    printf("same %d\n", n);
    return n;
}

__attribute__((noinline)) void serve(int n)
{
    if (check(n))
        puts("odd");
    printf("served %d\n", same(n));
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
