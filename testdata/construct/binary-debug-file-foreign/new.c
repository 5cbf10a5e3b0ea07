struct limits { int low, high; };
static struct limits limits = { 1, 90 };
static inline int inner(int n) { static int calls; return (n ^ 22) + ++calls; }
static int middle(int n) { return inner(n) * limits.high; }
__attribute__((noinline)) int entry(int n) { return middle(n) + limits.low; }
int main(int argc, char **argv) { (void)argv; return entry(argc); }
