// What is stored in the variables is bounded: clang drops questions that the bounds answer.
#include <stdio.h>

enum state { IDLE, BUSY, DONE, FAILED };

static int level;
static enum state state;
static int rest;

__attribute__((noinline)) static int classify(int question)
{
    return question > 9 ? 7 : 1;
}

__attribute__((noinline)) void set(int question)
{
    puts("set");
    level = classify(question);
    state = question > 9 ? FAILED : BUSY;
    rest = question & 15;
}

__attribute__((noinline)) int judge(void)
{
    puts("judge");
    return (level < 5 ? 10 : 20) + (state == FAILED ? 100 : 200) + (rest < 4 ? 1000 : 2000);
}

__attribute__((noinline)) void show(void)
{
    printf("%d %d %d\n", level, state, rest);
}

__attribute__((noinline)) void report(void)
{
    printf("answer %d\n", judge());
}

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        set(question);
        report();
        show();
        fflush(stdout);
    }
    return 0;
}
