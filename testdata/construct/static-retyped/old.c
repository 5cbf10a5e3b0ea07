int next(void) { static int counter; return counter++; }
