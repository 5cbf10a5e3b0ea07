int depth;
int helper(int n) { return n + 1; }
int work(int depth) { int helper = depth; { extern int depth; helper += depth; } return helper + 1; }
