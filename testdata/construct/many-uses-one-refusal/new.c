struct conf { int port; int backlog; char name[16]; };
static struct conf conf;
static struct conf *a, *b, *c;
void f(void) { a = &conf; }
void g(void) { b = &conf; }
void h(void) { c = &conf; }
int port(void) { return a->port + b->port + c->port; }
