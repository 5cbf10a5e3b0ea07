static int last;
static __thread int first;
int get(void) { return last + first; }
