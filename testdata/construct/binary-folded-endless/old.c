#include <stdio.h>
int sink(int n) { static volatile int v; v += n; return v; }
static __attribute__((noinline)) int first(int n) { for (int i = 0; i < n; i++) n += sink(i) * 3; return n + 17; }
static __attribute__((noinline)) int second(int n) { for (int i = 0; i < n; i++) n += sink(i) * 3; return n + 17; }
__attribute__((noinline)) int use(int n) { return first(n) + 1; }
int main(void) { for (;;) printf("%d %d\n", use(1), second(getchar())); }
