static int scale(int n) { return n * 2; }
int use(int n) { return scale(n); }
int other(int n) { return n; }
