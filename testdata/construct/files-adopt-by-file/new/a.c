static int level = 10;
int a(void) { return level++; }
