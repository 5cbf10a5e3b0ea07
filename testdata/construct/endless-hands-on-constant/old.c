#include <stdio.h>

static volatile int limit = 100;

__attribute__((noinline)) int version(void)
{
    limit++;
    return 4;
}

__attribute__((noinline)) int same(int question)
{
    limit++;
    return question;
}

__attribute__((noinline)) int count(int question)
{
    return question & limit & 7;
}

__attribute__((noinline)) int rest(int question)
{
    return question & limit & 3;
}

int main(void)
{
    for (;;) {
        int question = getchar();
        printf("%d %d\n", version(), same(question));
        long wide = count(question);
        printf("%ld\n", wide);
        int left = rest(question);
        printf("%d %d\n", left, left > 3);
    }
}
