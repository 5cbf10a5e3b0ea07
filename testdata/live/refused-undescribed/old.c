// One object of the program has no debug information: it may hold a copy.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((noinline)) int answer(int question)
{
    return question * 3 + 1;
}

int other(int question);

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("answer %d\n", answer(question) + other(question));
        fflush(stdout);
    }
    return 0;
}
