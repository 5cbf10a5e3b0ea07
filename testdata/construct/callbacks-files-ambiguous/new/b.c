static int usage(int n) { return n - 1; }
int from_b(void) { return usage(1); }
