// What stands behind a return that is always taken is gone: the compiler told the caller that
// nothing is written, and the new version writes what the lost text wrote.
#include <stdio.h>

static int counting;
static int counter;

__attribute__((noinline)) static int scale(int x)
{
    counter++;
    return x * 5;
}

__attribute__((noinline)) int twice(int x)
{
    counter = x;
    int first = scale(x);
    int second = scale(x + 1);
    return first + second + counter;
}

__attribute__((noinline)) int counted(void)
{
    puts("counted");
    return counter;
}

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        int sum = twice(question);
        printf("answer %d %d\n", sum, counted());
        fflush(stdout);
    }
    return 0;
}
