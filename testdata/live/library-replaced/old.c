// The C library is upgraded below the process: the file at its path is another one.
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline, noipa)) int answer(const char *question)
{
    printf("answer %d\n", question[0] - '0');
    return fflush(stdout);
}

int main(void)
{
    char line[64];
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin))
        answer(line);
    return 0;
}
