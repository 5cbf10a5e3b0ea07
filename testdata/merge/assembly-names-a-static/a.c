#include <stdio.h>
static int cell __attribute__((used)) = 5;
int other(void);
static int get(void) { int r; __asm__("movl cell(%%rip), %0" : "=r"(r)); return r; }
int main(void) { printf("%d %d\n", get(), other()); return 0; }
