// Function pointers stored before and after the update stay equal.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef int handler(int);
handler *stored;

__attribute__((noinline, noclone)) int handle(int question)
{
    return question * 3 + 1;
}

__attribute__((noipa, noinline)) int is_stored(handler *now)
{
    return now == stored;
}

__attribute__((noinline)) int ask(int question)
{
    return is_stored(handle) ? stored(question) : -1;
}

int main(void)
{
    char line[64];
    int question;
    stored = handle;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("answer %d\n", ask(question));
        fflush(stdout);
    }
    return 0;
}
