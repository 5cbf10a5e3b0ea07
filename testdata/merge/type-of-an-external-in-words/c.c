extern char count[];
long first(const char *, ...);
int other(void) { return count[0] + (int)first("x"); }
