// Names whose definition is another one: the library's, an alias, none.
#include <stdio.h>

long labs(long n)
{
    return n * 100;
}
void hook(void)
{
    puts("hook");
}

__attribute__((noinline)) int first(int n)
{
    printf("first %d\n", n);
    return n * 3;
}
__attribute__((noinline)) int other(int n)
{
    printf("other %d\n", n);
    return n * 9;
}
long (*const table[])(long) = {labs};
long (*const *volatile tables)(long) = table;

__attribute__((noinline)) void answer(int question)
{
    if (hook)
        hook();
    long direct = labs(question), pointed = table[question & 0](question);
    printf("answer %ld %ld %d %d\n", direct, pointed, first(question), other(question));
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
