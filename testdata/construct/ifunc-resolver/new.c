static int plain(int n) { return n * 3; }
static int fancy(int n) { return n * 4; }
static int (*choose(void))(int) { __builtin_cpu_init(); return __builtin_cpu_supports("avx2") ? fancy : plain; }
int scale(int n) __attribute__((ifunc("choose")));
int user(int n) { return scale(n); }
