struct conf { int port; char name[16]; };
static struct conf conf;
void show(int n, int c);
int start(int n) { struct conf *c = &conf; if (c && c->name[n] == 3) show(c->port, c->name[n + 1]); c->name[0]++; return *(&n) + c->port; }
void set(int n) { conf.port = n; }
