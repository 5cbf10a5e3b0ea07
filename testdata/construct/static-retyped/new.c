int next(void) { static long counter; return counter++; }
