#include <stdio.h>
int n, m;
__attribute__((constructor)) static void first(void) { n = 2; }
__attribute__((constructor(200))) static void second(void) { m = 7; n += 5; }
static void last(void) __attribute__((destructor));
static void last(void) { puts("last"); }
__attribute__((noinline)) int f(void) { return n + m + 100; }
int main(void) { char l[64]; while (fgets(l, 64, stdin)) { printf("%d\n", f()); fflush(stdout);} return 0; }
