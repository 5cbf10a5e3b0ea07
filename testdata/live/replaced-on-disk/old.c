// Another build of the program takes its place on disk while it runs, as an upgrade does.
#include <stdio.h>

static volatile int limit = 100;
#ifdef UPGRADED
int ready(void);
int ready(void)
{
    return puts("the upgraded program is ready");
}
static int others[100] = {1};
#endif

__attribute__((noinline)) int answer(int question)
{
#ifdef UPGRADED
    limit += others[question];
#endif
    return question * 3 + limit;
}

int main(void)
{
    char line[64];
    int question;
#ifdef UPGRADED
    ready();
#endif
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("answer %d\n", answer(question));
        fflush(stdout);
    }
    return 0;
}
