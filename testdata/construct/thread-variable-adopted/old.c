static __thread int last = 1;
int get(void) { return last++; }
