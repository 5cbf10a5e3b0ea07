static int level = 2;
int b(void) { return level++; }
