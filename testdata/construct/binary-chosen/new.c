__attribute__((target_clones("default", "avx2"))) int sum(int n) { int r = 0; for (int i = 0; i < n; i++) r += i * n; return r + 1; }
int (*volatile keep)(int) = sum;
__attribute__((noipa)) int user(int n) { return sum(n); }
int main(int argc, char **argv) { (void)argv; return user(argc); }
