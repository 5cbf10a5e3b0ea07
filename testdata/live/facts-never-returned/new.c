// The old callee never returned, as the compiler found out: its caller has no code after the call.
// The new one returns.
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline, noclone)) static void reject(int x)
{
    printf("bad %d\n", x);
}

__attribute__((noinline, noclone)) static void serve(int x)
{
    if (x > 5)
        reject(x);
    printf("good %d\n", x);
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
