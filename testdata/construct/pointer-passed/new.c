struct conf { int port; int backlog; char name[16]; };
static struct conf conf;
static int port_of(struct conf *c) { return c->port; }
int port(void) { return port_of(&conf); }
