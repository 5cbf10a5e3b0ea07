#include <stdio.h>

static inline int clamp(int n)
{
    if (n > 1 << 30)
        puts("much");
    return n > 8 ? 8 : n;
}
