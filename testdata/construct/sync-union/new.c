#include <pthread.h>
union value { int i; char c[4]; long wide; };
struct s { long kind; pthread_mutex_t lock; union value value; } g;
int get(void) { return g.kind + g.value.i; }
