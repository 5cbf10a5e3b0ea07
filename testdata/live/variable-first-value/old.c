// Only initialisers change; the running values, which stand in the code alone, are kept.
#include <stdio.h>

static int factor = 3;
static int offsets[2] = {1, 2};

__attribute__((noinline)) int answer(int question)
{
    puts("answer");
    return question * factor + offsets[question & 1];
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
