// The other of two files with statics of the same names, inlined into each other.
#include <stdio.h>

static inline int scale(int n)
{
    if (n > 1 << 30)
        puts("much");
    return n * 7;
}
static inline __attribute__((always_inline)) int step(int n)
{
    return scale(n) + scale(n + 1);
}
static int (*volatile pointer)(int) = scale;

__attribute__((noinline)) int two(int n)
{
    return step(n) + pointer(n);
}
