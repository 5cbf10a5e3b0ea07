typedef struct { int limit; } config;
struct state { int open; };
typedef union { int whole; } cell;
static config *settings;
static struct state *now;
static cell *cells;
void set_a(void *c, void *s, void *u) { settings = c; now = s; cells = u; }
int a(void) { return settings->limit + now->open + cells->whole; }
