#include <stdio.h>
static int level = 1;
__attribute__((weak)) int hook(int x) { return x + level; }
int other(int x) __attribute__((weak));
int other(int x) { return x * level; }
int start(void);
int main(void) { printf("%d %d %d\n", hook(1), other(5), start()); return 0; }
