// Its file is gone before the patch is constructed: /proc/PID/exe still is the program.
#include <stdio.h>

static volatile int limit = 100;

__attribute__((noinline)) int answer(int question)
{
    return question * 2 + limit;
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
