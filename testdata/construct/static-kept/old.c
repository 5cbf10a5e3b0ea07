int next(void) { static int counter = 100; return counter++; }
