struct s { int a; int b; };
struct s s = {1, 2};
int f(void) { return s.a + s.b; }
