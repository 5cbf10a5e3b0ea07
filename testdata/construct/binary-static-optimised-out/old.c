__attribute__((noinline)) int entry(int n) { static int level = 3; return n + level; }
int main(int argc, char **argv) { (void)argv; return entry(argc); }
