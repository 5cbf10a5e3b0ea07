// The compiler knows every caller of a static, and that none passes more than 3: its code does not
// look. New code that passes more gets a copy that does.
#include <stdio.h>
#include <stdlib.h>

static int table[4] = {10, 11, 12, 13};
static int beyond[64] = {99, 98, 97, 96, 95, 94, 93, 92};

__attribute__((noinline)) static int classify(int kind)
{
    puts("classifying");
    if (kind > 3)
        return -1;
    return table[kind];
}

__attribute__((noinline)) static void serve(int x)
{
    printf("%d\n", classify(x & 3));
}

int main(void)
{
    int x;
    setvbuf(stdout, 0, _IOLBF, 0);
    puts("ready");
    while (scanf("%d", &x) == 1) {
        beyond[x & 63]++;
        serve(x);
    }
    exit(beyond[0] == 0);
}
