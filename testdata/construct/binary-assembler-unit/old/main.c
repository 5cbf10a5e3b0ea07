#include "inner.h"
__attribute__((noinline)) int entry(int n) { return inner(n) + 1; }
int main(int argc, char **argv) { (void)argv; return entry(argc) + third(argc); }
