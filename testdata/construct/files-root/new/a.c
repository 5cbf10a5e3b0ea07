#include "g.h"
int a(int n) { CHECK(n); return n; }
