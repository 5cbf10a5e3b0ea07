#include <stdio.h>
__attribute__((noinline)) int weigh(int a, int b) { printf("%d\n", a + b); return getchar(); }
__attribute__((noinline)) void serve(int n) { printf("%d\n", weigh(n, n * 7)); }
int main(void) { for (;;) serve(getchar()); }
