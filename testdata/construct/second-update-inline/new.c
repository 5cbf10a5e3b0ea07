static int count;
static inline int base(void) { return 2; }
int get(void) { return count - base(); }
int other(void) { return 1; }
