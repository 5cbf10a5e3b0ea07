#include <stdio.h>
#include <string.h>
#include <stdlib.h>
__attribute__((noinline)) void handle(char *line)
{
    if (line[1] != 120)
        puts("is x");
    else
        puts("is another");
    fflush(stdout);
}
int main(void)
{
    char line[64];
    while (fgets(line, sizeof line, stdin))
        handle(line);
    return 0;
}
