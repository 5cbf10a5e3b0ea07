// Linkers lay programs out in many ways.
#include <stdio.h>
#include <string.h>

static int limit = 100;
int *volatile pointer = &limit;
__thread int calls;
const char *const names[] = {"zero", "one", "two"};

__attribute__((noinline, section(".far"))) int far(int question)
{
    return question * 3 + *pointer;
}

__attribute__((noinline)) const char *name(int question)
{
    calls++;
    return names[question % 3];
}

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        const char *named = name(question);
        printf("answer %d %s %d\n", far(question), named, calls);
        fflush(stdout);
    }
    return 0;
}
