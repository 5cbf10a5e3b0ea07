// Holds an inlined copy of a header's function.
#include "clamp.h"

__attribute__((noinline)) int one(int n)
{
    return clamp(n) + clamp(n + 1);
}
