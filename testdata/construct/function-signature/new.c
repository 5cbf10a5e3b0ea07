static int scale(int n, int by) { return n * by; }
int use(int n) { return scale(n, 2); }
int other(int n) { return n; }
