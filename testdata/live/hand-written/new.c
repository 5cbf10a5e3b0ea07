#include <stdio.h>

struct limits {
    int clients;
    long milliseconds;
};

union value {
    int number;
    float real;
};

struct limits limits = {10, 60000};
static int timeout = 30000;
static union value value;

__attribute__((noinline)) void set(int n)
{
    puts("set");
    limits.milliseconds = n * 1000L;
    timeout = (n + 1) * 1000;
    value.number = n + 2;
}

__attribute__((noinline)) void show(void)
{
    printf("new: %d clients, %ld ms, timeout %d ms, value %d\n", limits.clients, limits.milliseconds, timeout, value.number);
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
