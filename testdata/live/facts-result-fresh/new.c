// The old callee returns memory that it just allocated: the compiler told the caller so, which never
// stores what nobody else can see. The new callee returns memory that everybody sees.
#include <stdio.h>
#include <stdlib.h>

static int shared;

__attribute__((noinline, noclone)) static int *place(void)
{
    puts("placing");
    return &shared;
}

__attribute__((noinline, noclone)) static void serve(int x)
{
    int *mine = place();
    if (mine)
        *mine = x;
    printf("placed %d\n", x);
}

int main(void)
{
    int x;
    setvbuf(stdout, 0, _IOLBF, 0);
    puts("ready");
    while (scanf("%d %d", &x, &shared) == 2) {
        serve(x);
        printf("%d\n", shared);
    }
    exit(0);
}
