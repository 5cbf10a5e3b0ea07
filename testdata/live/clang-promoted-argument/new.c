// clang -O3 hands `area` the numbers that it reads instead of a pointer to them.
#include <stdio.h>
#include <stdlib.h>

struct sides {
    int width, height;
};

__attribute__((noinline)) static int area(const struct sides *side)
{
    return side->width * side->height * 100;
}

__attribute__((noinline)) static void serve(int n)
{
    struct sides sides = {n, n + 1};
    printf("served %d\n", area(&sides));
}

int main(void)
{
    setvbuf(stdout, 0, _IOLBF, 0);
    puts("ready");
    for (;;) {
        int n;
        if (scanf("%d", &n) != 1)
            exit(0);
        struct sides sides = {n, 1};
        printf("main %d\n", area(&sides));
        serve(n);
    }
}
