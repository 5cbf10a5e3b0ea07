// A thread variable that an earlier patch brought has no fixed place in a thread: its type stays.
#include <stdio.h>

static __thread int added = 3;

__attribute__((noinline)) int answer(int question)
{
    putchar('.');
    return question + added++;
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
