#include <pthread.h>
#include <stdio.h>
struct state { int count; };
struct state state;
static int gone(int n) { return n + 1; }
int step(void) { printf("%d\n", state.count); return gone(state.count); }
