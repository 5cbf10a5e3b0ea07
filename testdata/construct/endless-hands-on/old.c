#include <stdio.h>

static volatile int limit = 100;

__attribute__((noinline)) int count(int question)
{
    return question & 7;
}

__attribute__((noinline)) unsigned long size(int question)
{
    return (unsigned long)question % 1000 + limit;
}

__attribute__((noinline)) const char *name(int question)
{
    return question > 3 ? "many" : "few";
}

__attribute__((noinline)) double share(int question)
{
    return question / 2.0;
}

int main(void)
{
    for (;;) {
        int question = getchar();
        const char *named = name(question);
        printf("%d %lu %s\n", count(question), size(question), named);
        double part = share(question);
        fprintf(stderr, "%f\n", part);
    }
}
