static const int limit = 1;
int f(void) { return limit; }
