static volatile int pending;
void enter(int n) { if (n > 0) pending += n; }
void drain(void) { while (pending > 0) pending--; }
