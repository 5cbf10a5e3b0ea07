int step(int n);
static int tick(int n) { return step(n); }
void serve(void) { for (;;) tick(2); }
