#include <stdio.h>
extern int sink(int);
static __attribute__((noinline)) int first(int n) { for (int i = 0; i < n; i++) n += sink(i) * 3; return n + 17; }
static __attribute__((noinline)) int second(int n) { for (int i = 0; i < n; i++) n += sink(i) * 3; return n + 17; }
__attribute__((noinline)) int use1(int n) { int r = first(n) + 1; printf("first %d\n", r); return r; }
__attribute__((noinline)) int use2(int n) { int r = second(n) + 1; printf("second %d\n", r); return r; }
int sink(int n) { static volatile int v; v += n; return v; }
int main(void) { char line[80]; while (fgets(line, 80, stdin)) { int n = line[0]; use1(n); use2(n); fflush(stdout); } return 0; }
