// New versions of one to four bytes, without padding behind them: the update after it replaces them again.
#include <stdio.h>

#define SHAPE __attribute__((noinline))

SHAPE int plain(int x) { return x * 3 + 100; }
SHAPE __attribute__((cold)) int cold(int x) { return x * 3 + 200; }
SHAPE __attribute__((section(".shapes.text"))) int elsewhere(int x) { return x * 3 + 300; }
SHAPE __attribute__((cold)) void nothing(int *x) { *x += 1000; }
int (*volatile stored)(int) = cold;

SHAPE int all(int x)
{
    int sum = plain(x) + cold(x) + elsewhere(x) + stored(x);
    nothing(&sum);
    return sum;
}

int main(void)
{
    char line[64];
    int x;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &x) == 1) {
        printf("all %d\n", all(x));
        fflush(stdout);
    }
    return 0;
}
