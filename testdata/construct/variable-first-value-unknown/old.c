#include <stdio.h>
static int other[3] = {1, 2, 3};
static int *place = &other[1];
__attribute__((noinline)) int entry(int n) { puts("entry"); return n + 1 + *place; }
int main(int argc, char **argv) { (void)argv; return entry(argc); }
