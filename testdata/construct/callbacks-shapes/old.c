struct pair { int a; int b; };
static struct pair pair = {1, 2};
static int (*hook)(int);
typedef int (*hook_t)(int);
int twice(int n) { return 2 * n; }
int sum(void) { return pair.a + pair.b + (hook ? hook(1) : 0); }
void install(hook_t h) { hook = h; }
