static volatile int pending;
void enter(int n) { pending += n; }
void drain(void) { while (pending) pending--; }
