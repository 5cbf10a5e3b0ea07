int f(void) { return 3; }
int g(void) { return 2; }
int count;
