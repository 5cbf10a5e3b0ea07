__attribute__((noinline)) int entry(int n) { static int total; total += n; return total; }
int main(int argc, char **argv) { (void)argv; return entry(argc); }
