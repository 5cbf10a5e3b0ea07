// Nothing writes the variables, so they lie in read-only memory; the new version writes them.
#include <stdio.h>

static int weights[4] = {1, 2, 3, 4};
static const char *names[4] = {"a", "b", "c", "d"};

__attribute__((noinline)) int weight(int question)
{
    puts(names[question & 3]);
    return weights[question & 3];
}

__attribute__((noinline)) int answer(int question)
{
    puts("answer");
    if (question > 100) {
        weights[question & 3] = question;
        names[question & 3] = "z";
    }
    return weight(question) + 1;
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
