#include "h.h"
int level = 1;
int a(int n) { return twice(n) + level; }
