static int before(int n) { return n; }
int use(int n) { return before(n); }
