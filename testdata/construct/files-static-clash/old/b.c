static int helper(int n) { return n + 2; }
static int count = 5;
int b(int n) { return helper(n) + count; }
