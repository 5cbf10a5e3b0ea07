static int counter = 10;
static int next(void) { counter += 10; return counter; }
int from_b(void) { int counter = next(); { int next = counter; return next + 1; } }
