static int helper(int n) { return n + 1; }
int a(int n) { return helper(n); }
