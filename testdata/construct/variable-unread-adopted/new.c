#include <stdio.h>
static int last;
__attribute__((noinline)) void note(int n) { last = n; puts("note"); }
__attribute__((noinline)) int entry(int n) { note(n); puts("entry"); return n + last; }
int main(int argc, char **argv) { (void)argv; return entry(argc); }
