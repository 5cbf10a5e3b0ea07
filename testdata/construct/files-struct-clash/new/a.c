struct state { int x; int z; };
static struct state state;
int a(void) { return state.x + state.z; }
