// Variables that only ever are true or false, of which clang keeps a byte.
#include <stdio.h>

static _Bool verbose;

__attribute__((noinline)) void set(int question)
{
    puts("set");
    if (question > 10)
        verbose = 1;
}

__attribute__((noinline)) int answer(int question)
{
    static _Bool ready;
    set(question);
    if (!ready) {
        puts("getting ready");
        ready = 1;
    }
    puts("answer");
    if (verbose)
        puts("verbose");
    return question + 2;
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
