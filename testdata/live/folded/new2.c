// Equal functions that the compiler folds into one: who calls the unchanged one must not follow the other's jump.
#include <stdio.h>

static int calls;

__attribute__((noinline)) static int sink(int n)
{
    if (++calls < 0)
        puts("many");
    return n ^ calls;
}

static __attribute__((noinline)) int first(int n)
{
    for (int i = 0; i < (n & 3); i++)
        n += sink(i) * 3;
    return n + 18;
}

static __attribute__((noinline)) int second(int n)
{
    for (int i = 0; i < (n & 3); i++)
        n += sink(i) * 3;
    return n + 19;
}

static __attribute__((noinline)) int twice_first(int n)
{
    return first(n) + first(n + 1);
}

static __attribute__((noinline)) int twice_second(int n)
{
    return second(n) + second(n + 1);
}

__attribute__((noinline)) int one(int n)
{
    return twice_first(n) + 1;
}

__attribute__((noinline)) int two(int n)
{
    return twice_second(n) + 2;
}

__attribute__((noinline)) void answer(int question)
{
    int left = one(question);
    int right = two(question);
    calls = 0;
    printf("answer %d %d\n", left, right);
    fflush(stdout);
}

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1)
        answer(question);
    return 0;
}
