#include <stdio.h>
static int limit = 3;
__attribute__((noinline)) int below(int n) { puts("below"); return n < limit; }
__attribute__((noinline)) int entry(int n) { puts("entry"); return n + limit; }
int main(int argc, char **argv) { (void)argv; return entry(below(argc)); }
