static int inner(int n) { return n ^ 22; }
static int middle(int n) { return inner(n) * 3; }
__attribute__((noinline)) int entry(int n) { return middle(n) + 1; }
int main(int argc, char **argv) { (void)argv; return entry(argc); }
