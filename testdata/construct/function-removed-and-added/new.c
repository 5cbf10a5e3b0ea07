static int after(int n) { return n + 1; }
int use(int n) { return after(n); }
