// A changed function too short for a jump, in the middle of others: its callers are replaced.
#include <stdio.h>

__attribute__((noinline, aligned(1))) void before(void)
{
}

__attribute__((noinline, aligned(1))) int number(void)
{
    __asm__ volatile("");
    return 4321;
}

__attribute__((noinline, aligned(1))) int behind(int n)
{
    return n * 3;
}

static inline int held(int n)
{
    return number() + behind(n);
}

__attribute__((noinline)) void answer(int question)
{
    before();
    printf("answer %d %d\n", held(question), number());
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
