// ThinLTO takes functions of other files over, and describes them in a second unit of the same name:
// `serve` holds a copy of `twice`, through `price`.
#include <stdio.h>
#include <stdlib.h>

int price(int n);

__attribute__((noinline)) void serve(int n)
{
    printf("served %d\n", price(n));
}

int main(void)
{
    setvbuf(stdout, 0, _IOLBF, 0);
    puts("ready");
    for (;;) {
        int n;
        if (scanf("%d", &n) != 1)
            exit(0);
        serve(n);
    }
}
