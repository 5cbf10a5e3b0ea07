static int level = 7;
int hook(int x) { return x * 100 + level; }
int start(void) { return hook(level); }
