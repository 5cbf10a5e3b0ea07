extern int total;
int minus(void) { return -total; }
