static int count;
static inline int base(void) { return 1; }
int get(void) { return count * base(); }
int other(void) { return 2; }
