// Functions that libraries call: found by name, given as a pointer.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int hook(int n)
{
    if (n > 1 << 30)
        puts("much");
    return n + 200;
}

static int compare(const void *left, const void *right)
{
    return *(const int *)right - *(const int *)left;
}

__attribute__((noinline)) void answer(int question)
{
    int (*found)(int) = (int (*)(int))dlsym(RTLD_DEFAULT, "hook");
    int numbers[] = {question, 3, 9, -2};
    qsort(numbers, 4, sizeof *numbers, compare);
    printf("answer %d %d %d %d %d\n", found(question), numbers[0], numbers[1], numbers[2], numbers[3]);
    fflush(stdout);
}

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1)
        answer(question);
    return 0;
}
