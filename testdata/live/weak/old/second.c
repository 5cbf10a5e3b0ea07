// The definition that the linker takes.
#include <stdio.h>

int replaced(int n)
{
    printf("strong %d\n", n);
    return n * 2;
}
