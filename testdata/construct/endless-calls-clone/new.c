#include <stdio.h>
__attribute__((noinline)) static void answer(int question, int factor)
{
    printf("answer %d\n", question * factor + 100);
    fflush(stdout);
}
int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1)
        answer(question, 3);
    return 0;
}
