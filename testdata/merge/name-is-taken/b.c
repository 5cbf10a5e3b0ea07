static int id = 2; int two(void) { return id; }
