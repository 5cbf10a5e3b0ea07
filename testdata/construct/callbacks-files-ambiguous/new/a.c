static int usage(int n) { return n + 2; }
int from_a(void) { return usage(1); }
