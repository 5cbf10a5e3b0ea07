// clang leaves no trace of a copy when its instructions were merged with those around it.
#include <stdio.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    return *(const int *)b - *(const int *)a;
}

static int distance(int a, int b)
{
    return b - a;
}

int (*volatile kept)(int, int) = distance;

__attribute__((noinline)) int find(int question)
{
    int all[] = {question, 3, 9, 1, 7};
    qsort(all, 5, sizeof *all, compare);
    int key = 9;
    int *found = bsearch(&key, all, 5, sizeof *all, compare);
    return found ? (int)(found - all) : -1;
}

__attribute__((noinline)) int judge(int question)
{
    if (distance(question, 9) > 0)
        puts("above");
    return kept(question, 9);
}

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("found %d\n", find(question));
        printf("judged %d\n", judge(question));
        fflush(stdout);
    }
    return 0;
}
