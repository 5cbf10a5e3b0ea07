static __thread int last;
static int first;
int get(void) { return last + first; }
