// Weak definitions: one that another file's takes the place of, one that stays, one that is missing.
#include <stdio.h>

__attribute__((weak)) int replaced(int n)
{
    printf("weaker %d\n", n);
    return n;
}

__attribute__((weak)) int kept(int n)
{
    printf("kept %d\n", n);
    return n * 6;
}
extern void missing(void) __attribute__((weak));

__attribute__((noinline)) void answer(int question)
{
    if (missing)
        missing();
    int one = replaced(question), two = kept(question);
    printf("answer: %d %d\n", one, two);
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
