// Linked with optimisation, an external function of another file is fitted to its callers as well.
#include <stdio.h>
#include <stdlib.h>

void record(const char *who, int amount);
void serve(int n);

int main(void)
{
    setvbuf(stdout, 0, _IOLBF, 0);
    puts("ready");
    for (;;) {
        int n;
        if (scanf("%d", &n) != 1)
            exit(0);
        record("main", n);
        serve(n);
    }
}
