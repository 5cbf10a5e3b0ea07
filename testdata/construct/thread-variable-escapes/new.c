static __thread long last;
static long *shared;
void share(void) { shared = &last; }
int get(void) { return *shared; }
