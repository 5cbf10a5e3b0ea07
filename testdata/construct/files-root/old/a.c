#include "h.h"
int a(int n) { CHECK(n); return n; }
