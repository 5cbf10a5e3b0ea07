// The struct is defined in the declaration of the global that has its type.
#include <stdio.h>

static struct limits {
    short weight[3];
    long most;
    int low;
} limits = {{1, 2, 3}, 100, 3};

__attribute__((noinline, noipa)) int answer(int question)
{
    limits.low += question;
    printf("%d %ld %d\n", limits.weight[2], limits.most, limits.low);
    return fflush(stdout);
}

int main(void)
{
    int question;
    puts("ready");
    fflush(stdout);
    while (scanf("%d", &question) == 1)
        answer(question);
    return 0;
}
