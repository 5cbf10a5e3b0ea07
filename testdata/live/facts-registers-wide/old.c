// main never returns, and keeps whole vector registers across calls of a function that calls another
// one, both of which leave them alone; the latter takes arguments on the stack. The new version of it
// clobbers all of them, and walks the stack through its entry.
#include <execinfo.h>
#include <stdio.h>
#include <stdlib.h>

typedef float lanes __attribute__((vector_size(32)));

static int table[16] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3};

__attribute__((noinline, noclone)) static int mix(int a, int b, int c, int d, int e, int f, int g, int h)
{
    return table[a & 15] + b + c * 2 + d * 3 + e * 4 + f * 5 + g * 6 + h * 7;
}

__attribute__((noinline, noclone)) static int twice(int a)
{
    return mix(a, 1, 2, 3, 4, 5, 6, 7) * 2;
}

__attribute__((noinline, target("avx2"))) void wide(lanes *values, int x)
{
    lanes kept = *values * 3.0f;
    int n = twice(x);
    *values = kept + (float)n;
}

__attribute__((noinline)) void narrow(lanes *values, int x)
{
    for (int i = 0; i < 8; i++)
        (*values)[i] *= 3.0f;
    int n = twice(x);
    for (int i = 0; i < 8; i++)
        (*values)[i] += (float)n;
}

int main(void)
{
    setvbuf(stdout, 0, _IOLBF, 0);
    puts("ready");
    for (;;) {
        static lanes values;
        int x;
        if (scanf("%d", &x) != 1)
            exit(0);
        for (int i = 0; i < 8; i++)
            values[i] = i;
        if (__builtin_cpu_supports("avx2"))
            wide(&values, x);
        else
            narrow(&values, x);
        printf("%.0f %.0f %.0f\n", values[0], values[3], values[7]);
    }
}
