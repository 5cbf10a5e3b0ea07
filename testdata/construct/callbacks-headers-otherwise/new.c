#include <pthread.h>
#include <stdio.h>
struct state { int count, more; };
struct state state;
int step(void) { printf("%d\n", state.count); return state.count; }
