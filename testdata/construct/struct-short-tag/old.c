struct s { int a; int b; };
static struct s g = {1, 2};
int f(int x) { return x + g.a; }
