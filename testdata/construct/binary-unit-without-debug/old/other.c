#include "inner.h"
int other(int n) { return inner(n) * 3; }
