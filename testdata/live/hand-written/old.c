// Seconds become milliseconds, in a struct and in a plain number; a union loses a member. No rule can
// carry these: the callbacks file does, both ways.
#include <stdio.h>

struct limits {
    int clients;
    int seconds;
};

union value {
    int number;
    double real;
};

struct limits limits = {10, 60};
static int timeout = 30;
static union value value;

__attribute__((noinline)) void set(int n)
{
    puts("set");
    limits.seconds = n;
    timeout = n + 1;
    value.number = n + 2;
}

__attribute__((noinline)) void show(void)
{
    printf("old: %d clients, %d s, timeout %d s, value %d\n", limits.clients, limits.seconds, timeout, value.number);
}

int main(void)
{
    int n;
    setvbuf(stdout, 0, _IOLBF, 0);
    puts("ready");
    while (scanf("%d", &n) == 1) {
        if (n)
            set(n);
        show();
    }
    return 0;
}
