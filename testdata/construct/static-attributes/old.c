int step(int n) { static int __attribute__((aligned(16))) a; static int b __attribute__((aligned(32))) = 5; a += n; return a + b++; }
