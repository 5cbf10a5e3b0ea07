// A function whose type changes is active, and uses what migrates: no jump leads from it, but it is waited for.
#include <stdio.h>
#include <unistd.h>

static struct limits {
    int most;
    int low;
} limits = {100, 3};

__attribute__((noinline)) int hold(int question)
{
    char end;
    puts("inside");
    fflush(stdout);
    while (read(0, &end, 1) == 1 && end != 'q')
        ;
    limits.low += question;
    return limits.low * 1000 + limits.most;
}

__attribute__((noinline)) void serve(int question)
{
    if (question < 0)
        return;
    printf("held %d\n", hold(question));
    fflush(stdout);
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
