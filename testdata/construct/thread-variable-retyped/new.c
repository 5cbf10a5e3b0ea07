static __thread long last;
int get(void) { return last; }
