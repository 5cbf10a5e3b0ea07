enum { SMALL = 10, LARGE = 100 };
int is_large(int n) { return n > LARGE; }
int is_small(int n) { return n < SMALL; }
