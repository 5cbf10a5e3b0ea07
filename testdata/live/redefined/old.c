// Names whose definition is another one: the library's, an alias, none.
#include <stdio.h>

long labs(long n);
extern void hook(void) __attribute__((weak));

__attribute__((noinline)) int first(int n)
{
    printf("first %d\n", n);
    return n * 3;
}
extern int other(int n) __attribute__((alias("first")));
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
