// A clone is called last of all, so that nothing but the clone is active, and uses what migrates.
#include <stdio.h>
#include <unistd.h>

static struct limits {
    int most;
    int low;
} limits = {100, 3};

__attribute__((noinline)) static void report(int by, int fixed, int question)
{
    char end;
    limits.low += by * fixed;
    puts("inside");
    fflush(stdout);
    while (read(0, &end, 1) == 1 && end != 'q')
        ;
    limits.low += question;
    printf("low %d most %d\n", limits.low, limits.most);
    fflush(stdout);
}

__attribute__((noinline)) void serve(int question)
{
    if (question >= 0)
        report(3, 4, question);
}

int main(void)
{
    char digit;
    puts("ready");
    fflush(stdout);
    while (read(0, &digit, 1) == 1)
        serve(digit - '0');
    return 0;
}
