#include <stdio.h>
int n;
__attribute__((constructor)) static void first(void) { n = 1; }
__attribute__((noinline)) int f(void) { return n; }
int main(void) { char l[64]; while (fgets(l, 64, stdin)) { printf("%d\n", f()); fflush(stdout);} return 0; }
