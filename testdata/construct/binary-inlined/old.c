static int helper(int n) { return n * 3; }
__attribute__((noinline)) int entry(int n) { return helper(n) + 1; }
__attribute__((noinline)) int other(int n) { return n; }
int main(int argc, char **argv) { (void)argv; return entry(argc); }
