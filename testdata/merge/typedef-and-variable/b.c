static int level = 5, x = 2;
int other(void) { return (level) - x; }
