static int level = 3;
int next(void) { return level++; }
