int use(int);
int static twice(int);
static int twice(int n) { return 2 * n; }
extern int use(int n);
int use(int n) { return twice(n); }
long unsigned big;
