// A struct that grows, reached by name; a number whose initialiser changes.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct limits {
    int low, high;
} limits = {1, 100};
volatile int scale = 10;
int hits;

__attribute__((noinline)) int rate(int question)
{
    hits++;
    if (question > 100)
        limits.high = question;
    return limits.low + limits.high + question;
}

__attribute__((noinline)) void show(int question)
{
    int rated = rate(question);
    printf("old: %d low %d scale %d hits %d\n", rated, limits.low, scale, hits > 0);
}

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        show(question);
        fflush(stdout);
    }
    return 0;
}
