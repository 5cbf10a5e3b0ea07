// Constants, and variables that nothing writes, of which the binary holds no object.
#include <stdio.h>

static const int factor = 3;
static int limit = 7;
static const int table[4] = {1, 2, 3, 4};

__attribute__((noinline)) int answer(int question)
{
    puts("answer");
    return question * factor + limit + table[2];
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
