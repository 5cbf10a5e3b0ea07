struct state { int x; };
static struct state state;
int a(void) { return state.x; }
