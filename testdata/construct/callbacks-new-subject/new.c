int f(void) { return 3; }
int g(void) { return 2; }
int count;
int added(void) { return 5; }
int fresh;
