// The patch believes another layout of a type than the process has.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct client {
    int number;
    long bytes;
} client = {1, 2};

__attribute__((noinline)) int answer(int question)
{
    return question * 3 + 1;
}

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("answer %d %ld\n", answer(question), client.bytes);
        fflush(stdout);
    }
    return 0;
}
