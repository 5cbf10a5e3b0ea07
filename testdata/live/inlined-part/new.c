// The frequent beginning of a function is inlined, the rest is a function of its own (check.part.0).
#include <stdio.h>

static int total;

__attribute__((noinline)) static int slow(int n)
{
    if (total > 1 << 30)
        puts("much");
    return n * 2;
}

static int check(int n)
{
    if (__builtin_expect(n < 10, 1))
        return n + 2;
    for (int i = 0; i < n; i++)
        total += slow(i);
    for (int i = 0; i < n; i++)
        total ^= slow(i + 4);
    int found = total;
    total = 0;
    return found;
}

__attribute__((noinline)) int first(int n)
{
    return check(n) * 3;
}

__attribute__((noinline)) int second(int n)
{
    return check(n + 1) + 7;
}

__attribute__((noinline)) void answer(int question)
{
    printf("answer %d %d\n", first(question), second(question));
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
