struct state { char *name; long y; };
static struct state state;
long b(void) { return state.y; }
