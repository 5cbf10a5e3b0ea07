struct conf { int port; int backlog; char name[16]; };
static struct conf conf;
void keep(char *p);
void start(void) { struct conf *c = &conf; char *name = c->name; keep(name); }
void set(int n) { conf.port = n; }
