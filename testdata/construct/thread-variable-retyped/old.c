static __thread int last;
int get(void) { return last; }
