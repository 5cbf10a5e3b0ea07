static int level = 1;
__attribute__((noinline)) static int step(int n) { return n + level++ + 1; }
int entry(int);
int entry(int n) { return step(n) + step(n + 1); }
