#include <stdio.h>
#include <string.h>
#include <stdlib.h>
__attribute__((noinline)) void handle(char *line)
{
    if (!strcmp(line, "x\n"))
        puts("is x");
    else
        printf("got %s", line);
    fflush(stdout);
}
int main(void)
{
    char line[64];
    while (fgets(line, sizeof line, stdin))
        handle(line);
    return 0;
}
