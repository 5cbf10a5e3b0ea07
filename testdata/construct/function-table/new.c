typedef int (*handler)(int);
static int up(int n) { return n + 1; }
static int down(int n) { return n - 2; }
static int stay(int n) { return n; }
static const struct { const char *name; handler run; } table[] = {{"up", up}, {"down", down}, {"stay", stay}};
int run(unsigned which, int n) { return which < sizeof table / sizeof *table ? table[which].run(n) : 0; }
