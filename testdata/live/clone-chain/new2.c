// A clone that only another clone calls (leaf.constprop.0.isra.0, middle.constprop.0), that an inlined function calls.
#include <stdio.h>

struct big {
    int a[20];
};
static int calls;

__attribute__((noinline)) static int leaf(struct big *big, int n, int mode)
{
    if (++calls < 0)
        puts("many");
    return mode == 4 ? big->a[n & 7] * 9 : big->a[n & 3] - 2;
}

__attribute__((noinline)) static int middle(struct big *big, int n, int mode, int more)
{
    return leaf(big, n, mode) + leaf(big, n + 1, mode) + more;
}

static inline int top(struct big *big, int n, int mode)
{
    return middle(big, n, mode, 7) * 2 + middle(big, n + 2, mode, 7);
}

__attribute__((noinline)) int entry(int n)
{
    struct big big = {{n, 2, 3, 4, 5, 6, 7, 8}};
    return top(&big, n, 4);
}

__attribute__((noinline)) void answer(int question)
{
    int answered = entry(question);
    printf("answer %d\n", answered);
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
