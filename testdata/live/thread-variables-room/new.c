// The C library was told to keep more room for variables in each thread.
#include <stdio.h>

static __thread long table[2000] = { 1 };

__attribute__((noinline)) int answer(int question)
{
    table[question & 7] += question;
    putchar('.');
    return table[question & 7];
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
