// Holds a function of its own of the header's.
#include "clamp.h"

int (*volatile hook)(int) = clamp;

__attribute__((noinline)) int two(int n)
{
    return hook(n) + 100;
}
