#include "in.h"
int other(int x) { int (*f)(int) = c99; return f(x) + fast(x); }
