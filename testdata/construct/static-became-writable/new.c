int next(void) { static int base = 4; return base++; }
