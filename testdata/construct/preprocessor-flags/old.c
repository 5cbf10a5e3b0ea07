int f(void) { return LIMIT; }
