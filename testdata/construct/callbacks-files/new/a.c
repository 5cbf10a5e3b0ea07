#include "shared.h"
static int counter;
static int usage(int n) { return n + counter + 1; }
int from_a(void) { return usage(1); }
const char *shared_name(int n) { return n ? "x" : "y"; }
