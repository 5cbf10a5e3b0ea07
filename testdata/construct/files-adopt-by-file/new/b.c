static int level = 20;
int b(void) { return level++; }
