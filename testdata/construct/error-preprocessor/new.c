#include "not-there.h"
int f(void) { return 2; }
