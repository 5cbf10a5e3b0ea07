typedef int (*handler)(int);
static int up(int n) { return n + 1; }
static int down(int n) { return n - 1; }
static const struct { const char *name; handler run; } table[] = {{"up", up}, {"down", down}};
int run(unsigned which, int n) { return which < sizeof table / sizeof *table ? table[which].run(n) : 0; }
