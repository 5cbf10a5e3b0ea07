static const int level = 3;
int next(void) { return level; }
