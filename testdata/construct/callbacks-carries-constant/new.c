static const int limit = 2;
int f(void) { return limit; }
