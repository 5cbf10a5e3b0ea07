#include <stdio.h>
static int verbose;
__attribute__((noinline)) int entry(int n) { puts("entry"); verbose = n; return n + 1; }
int main(void) { for (int n = 0; n < 9; n++) { n += entry(n); if (verbose) puts("again"); } return 0; }
