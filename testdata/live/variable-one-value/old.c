// One function only is stored in the pointer, so clang calls it directly; the new version stores another.
#include <stdio.h>

static int plain(int question)
{
    puts("plain");
    return question;
}

static int twice(int question)
{
    puts("twice");
    return question * 2;
}

static int (*handler)(int);

__attribute__((noinline)) void choose(int question)
{
    puts("choose");
    if (question > 3)
        handler = plain;
}

__attribute__((noinline)) int handle(int question)
{
    puts("handle");
    if (!handler)
        return twice(question);
    return handler(question);
}

__attribute__((noinline)) int answer(int question)
{
    choose(question);
    puts("answer");
    return handle(question);
}

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("answer %d\n", answer(question));
        fflush(stdout);
    }
    return 0;
}
