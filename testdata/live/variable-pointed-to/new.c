// No pointer leads to the variable, so stores through pointers leave it alone; the new version makes one.
#include <stdio.h>

static int total;
static int other;

__attribute__((noinline)) int *chosen(int question)
{
    puts("chosen");
    return question > 10 ? &total : &other;
}

__attribute__((noinline)) int add(int *place, int question)
{
    total = question;
    *place = question + 1;
    return total;
}

__attribute__((noinline)) int answer(int question)
{
    puts("answer");
    int result = add(chosen(question), question);
    printf("total %d other %d\n", total, other);
    return result;
}

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
