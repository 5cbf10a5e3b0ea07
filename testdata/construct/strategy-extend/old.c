struct s { int a; };
struct s s = {1};
int f(void) { return s.a; }
