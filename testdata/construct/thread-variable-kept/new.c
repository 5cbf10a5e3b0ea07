static __thread int last = 2;
int get(void) { return last++; }
