enum { SMALL = 10, LARGE = 200 };
int is_large(int n) { return n > LARGE; }
int is_small(int n) { return n < SMALL; }
