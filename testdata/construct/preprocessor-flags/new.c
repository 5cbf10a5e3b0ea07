int f(void) { return LIMIT + 1; }
