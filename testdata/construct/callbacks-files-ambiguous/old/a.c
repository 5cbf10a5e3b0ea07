static int usage(int n) { return n + 1; }
int from_a(void) { return usage(1); }
