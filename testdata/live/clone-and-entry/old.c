// A function with a clone for some calls, its ordinary entry for others, and its address in a table.
#include <stdio.h>

static int total;

__attribute__((noinline)) int scale(int n, int by)
{
    int result = 0;
    for (int i = 0; i < by; i++) {
        result += n * i;
        if (++total < 0)
            puts("many");
    }
    return result + 1;
}

struct operation {
    int (*run)(int, int);
};
static const struct operation operations[] = {{scale}};
const struct operation *volatile table = operations;

__attribute__((noinline)) int direct(int n)
{
    return scale(n, 3) + scale(n + 1, 3);
}

__attribute__((noinline)) int by_entry(int n)
{
    return scale(n, n & 7);
}

__attribute__((noinline)) void answer(int question)
{
    printf("answer %d %d %d\n", direct(question), by_entry(question), table->run(question, 2));
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
