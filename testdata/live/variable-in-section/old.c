// Variables in a section of their own, or marked as used, that nothing writes.
#include <stdio.h>

static int factor __attribute__((section("tunables"))) = 3;
static int level __attribute__((used)) = 4;

__attribute__((noinline)) int scale(int question)
{
    puts("scale");
    return question * factor + level;
}

__attribute__((noinline)) int answer(int question)
{
    puts("answer");
    return scale(question) + 1;
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
