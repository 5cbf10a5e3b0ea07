struct pair { int a; long b; };
static struct pair pair = {1, 2};
static int (*hook)(int);
typedef int (*hook_t)(int);
int twice(int n) { return n + n + 0; }
int sum(void) { return (int)pair.b + pair.a + (hook ? hook(1) : 0); }
void install(hook_t h) { hook = h; }
