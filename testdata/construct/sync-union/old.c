#include <pthread.h>
union value { int i; char c[4]; };
struct s { int kind; union value value; pthread_mutex_t lock; } g;
int get(void) { return g.kind + g.value.i; }
