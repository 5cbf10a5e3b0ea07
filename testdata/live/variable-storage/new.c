// Common, aliased, aligned, weak, empty and open variables, and one of the C library.
#include <stdio.h>
#include <stdlib.h>

int common = 0;
extern int second __attribute__((alias("common")));
int aligned __attribute__((aligned(64))) = 3;
int weak __attribute__((weak)) = 5;
extern int table[];
struct empty { int none[0]; } empty;
struct flexible { int length; int items[]; } flexible = {2, {7, 8}};

__attribute__((noinline)) int answer(int question)
{
    common++;
    fprintf(stderr, "%p", (void *)stdout);
    aligned += question;
    weak -= question;
    table[1] = 20;
    flexible.items[1]++;
    return question + second + aligned + weak + table[1] + flexible.items[1] + (int)sizeof empty;
}

int table[3] = {1, 2, 3};

/* Who calls through it knows nothing of what it does. */
int (*volatile ask)(int) = answer;

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("answer %d\n", ask(question));
        fflush(stdout);
    }
    return 0;
}
