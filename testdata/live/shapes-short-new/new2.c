// New versions of one to four bytes, without padding behind them: the update after it replaces them again.
#include <stdio.h>

#define SHAPE __attribute__((noinline))

SHAPE int plain(int x) { return x + 2; }
SHAPE __attribute__((cold)) int cold(int x) { return x + 2; }
SHAPE __attribute__((section(".shapes.text"))) int elsewhere(int x) { return x + 2; }
SHAPE __attribute__((cold)) void nothing(int *x) { *x += 5;  }
int (*volatile stored)(int) = cold;

SHAPE __attribute__((cold)) int added(void) { return 1; }

SHAPE int all(int x)
{
    int sum = 7 + plain(x) + cold(x) + elsewhere(x) + stored(x) + added();
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
