// A changed function that is inlined into others, and they into others, in every manner that C has.
#include <stdio.h>

static inline int inner(int n)
{
    if (n > 1 << 30)
        puts("much");
    return n ^ 22;
}
static inline __attribute__((always_inline)) int middle(int n)
{
    return inner(n) * 3;
}
static __inline__ int outer(int n)
{
    return middle(n) + middle(n + 1);
}
extern inline __attribute__((gnu_inline, always_inline)) int old_style(int n)
{
    return n * 2 + 1;
}
inline int standard(int n)
{
    return (old_style(n) + 20) ^ n >> 3;
}
extern inline int standard(int n);
static int plain(int n)
{
    return standard(n) - outer(n) * 2;
}
int (*volatile pointer)(int) = standard;
int (*volatile innermost)(int) = inner;
static int started;

__attribute__((constructor)) static void start(void)
{
    started = plain(4) > 1000;
}

__attribute__((noinline)) void answer(int question)
{
    printf("answer %d %d %d %d\n", plain(question), pointer(question), innermost(question), started);
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
