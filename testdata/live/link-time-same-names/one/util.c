// ThinLTO renames the static of one of two files of one name: what is left under the name is the other one.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int two(int question);

__attribute__((noinline)) static int next(int question)
{
    static int count = 10;
    count += question;
    return count;
}

static int other(void)
{
    static int count = 500;
    return count++;
}

int main(void)
{
    char line[64];
    int question;
    other();
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("one %d two %d\n", next(question), two(question));
        fflush(stdout);
    }
    return 0;
}
