// Sees all of count.c by types of its own.
#include <stdio.h>

extern int count;
int raise_by(int);
char *name_of(char *, int);

__attribute__((noinline)) void answer(int by)
{
    int is = raise_by(by);
    printf("answer: %d %d %s\n", is, count / 4, name_of("name", 1));
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
