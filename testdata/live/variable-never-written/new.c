// Nothing writes the variable, so its value stands in the code; the new version writes it.
#include <stdio.h>

static int factor = 3;

__attribute__((noinline)) int scale(int question)
{
    puts("scale");
    return question * factor;
}

__attribute__((noinline)) int answer(int question)
{
    puts("answer");
    if (question > 100)
        factor = question;
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
