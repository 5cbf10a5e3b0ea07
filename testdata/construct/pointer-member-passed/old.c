struct conf { int port; char name[16]; };
static struct conf conf;
void keep(int *p);
void start(void) { int *p = &conf.port; keep(p); }
void set(int n) { conf.port = n; }
