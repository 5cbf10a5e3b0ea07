int entry(int);
static int level = 2;
__attribute__((noinline)) static int step(int n) { return n - level++; }
int main(int argc, char **argv) { (void)argv; return entry(argc) + step(argc) + step(2); }
