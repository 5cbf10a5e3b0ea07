static int twice(int n) { return 2 * n; }
int use(int n) { return twice(n); }
unsigned long int big;
