__attribute__((noinline)) int entry(int n) { return n; }
int main(int argc, char **argv) { (void)argv; return entry(argc); }
