// main never returns, and keeps values in registers across calls of a function that, as the
// compiler saw, leaves them alone: the new version must leave them alone, too.
#include <stdio.h>
#include <stdlib.h>

static int table[16] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3};

__attribute__((noinline)) static int mix(int x)
{
    return table[x & 15] ^ x;
}

int main(void)
{
    setvbuf(stdout, 0, _IOLBF, 0);
    puts("ready");
    for (;;) {
        int a, b, c;
        if (scanf("%d %d %d", &a, &b, &c) != 3)
            exit(0);
        int u = a * 7, v = b * 5, w = c * 3;
        int m = mix(a);
        int n = mix(b);
        printf("%d %d %d %d %d\n", m, n, u + v, v ^ w, u - w);
    }
}
