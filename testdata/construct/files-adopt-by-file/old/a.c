static int level = 1;
int a(void) { return level++; }
