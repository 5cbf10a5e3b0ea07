__attribute__((symver("run@V1"))) int run_first(int n) { return n + 1; }
int run_second(int n) { return n + 2; }
__asm__(".symver run_second, run@@V2");
