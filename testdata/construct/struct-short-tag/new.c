struct s { int a; int c; int b; };
static struct s g = {1, 0, 2};
int f(int x) { return x + g.a; }
