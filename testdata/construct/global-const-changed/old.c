static const char version[] = "1.0";
const int limit = 10;
const char *get(void) { return version; }
int over(int n) { return n > limit; }
int other(int n) { return n; }
