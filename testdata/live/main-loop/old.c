// The loop of main begins within the first bytes of main, which is active for ever: no jump is needed there.
#include <stdio.h>
#include <stdlib.h>

static char line[64];
static int started;

__attribute__((noinline)) void answer(int question)
{
    printf("answer %d\n", question * 2);
    fflush(stdout);
}

__attribute__((noinline)) void serve(void)
{
    int question;
    if (!started++) {
        puts("ready");
        fflush(stdout);
    }
    if (!fgets(line, sizeof line, stdin) || sscanf(line, "%d", &question) != 1)
        exit(0);
    answer(question);
}

int main(void)
{
    for (;;)
        serve();
}
