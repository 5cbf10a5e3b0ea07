struct big { int a[20]; };
__attribute__((noinline)) static int pick(struct big *b, int n, int unused) { return b->a[n & 15]; }
__attribute__((noinline)) int entry(int n) { struct big b = {{n, 2, 3}}; return pick(&b, n, 4) + pick(&b, n + 1, 4); }
int main(int argc, char **argv) { (void)argv; return entry(argc); }
