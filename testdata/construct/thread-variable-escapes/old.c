static __thread int last;
static int *shared;
void share(void) { shared = &last; }
int get(void) { return *shared; }
