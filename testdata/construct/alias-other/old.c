int first(int n) { return n + 1; }
int second(int n) { return n + 2; }
extern int name(int n) __attribute__((alias("first")));
static int inside(int n) __attribute__((alias("second")));
int user(int n) { return name(n) + inside(n); }
int other(int n) { return n; }
