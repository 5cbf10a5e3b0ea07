struct s { int a; int b; };
int f(void) { return 2; }
