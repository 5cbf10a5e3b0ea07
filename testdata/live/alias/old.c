// Several names of one function: static, hidden, weak, and one that comes to mean another function.
#include <stdio.h>

__attribute__((noinline, used)) static int weigh(int n)
{
    printf("weigh %d\n", n);
    return n * 3;
}
static int weigh_inside(int n) __attribute__((alias("weigh")));
extern int weigh_hidden(int n) __attribute__((alias("weigh"), visibility("hidden")));
extern int weigh_weak(int n) __attribute__((weak, alias("weigh")));

__attribute__((noinline)) int first(int n)
{
    printf("first %d\n", n);
    return n * 5;
}

__attribute__((noinline)) int second(int n)
{
    printf("second %d\n", n);
    return n * 7;
}
extern int chosen(int n) __attribute__((alias("first")));
int (*const table[])(int) = {weigh_hidden, weigh};

__attribute__((noinline)) int unchanged(int n)
{
    return weigh_weak(n) + chosen(n);
}

__attribute__((noinline)) void answer(int question)
{
    int one = weigh_inside(question), two = unchanged(question), three = weigh_hidden(1), four = second(1);
    printf("answer %d %d %d %d %d\n", one, two, three, four, table[question & 1](2));
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
