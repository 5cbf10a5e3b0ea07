struct conf { int port; char name[16]; };
static struct conf conf;
int port(void) { struct conf *c = &conf; return c->port; }
void set(int n) { conf.port = n; }
