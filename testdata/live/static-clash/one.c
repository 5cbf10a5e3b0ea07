// One of two files with statics of the same name.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int counter = 100;
int two(int question);

__attribute__((noinline)) static int count(int question)
{
    counter += question;
    return counter;
}

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("one %d two %d\n", count(question), two(question));
        fflush(stdout);
    }
    return 0;
}
