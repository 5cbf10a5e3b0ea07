int depth;
int helper(int n) { return n; }
int work(int depth) { int helper = depth; { extern int depth; helper += depth; } return helper; }
