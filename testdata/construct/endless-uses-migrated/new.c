struct conf { int port; int backlog; char name[16]; };
static struct conf conf;
void step(int);
void serve(void) { for (;;) step(conf.port); }
int port(void) { return conf.port; }
