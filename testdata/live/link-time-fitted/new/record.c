#include <stdio.h>

int total;

__attribute__((noinline)) void record(const char *who, int amount)
{
    total += amount;
    printf("new %d\n", amount * 2);
}

__attribute__((noinline)) void serve(int n)
{
    record("serve", n + 1);
    printf("served %d\n", n);
}
