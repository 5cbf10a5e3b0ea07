static int second(int);
int first(int n) { return n ? second(n - 1) : 0; }
extern int third(int);
static int second(int n) { return n ? third(n - 1) : 11; }
int third(int n) { return n ? first(n - 1) : 2; }
