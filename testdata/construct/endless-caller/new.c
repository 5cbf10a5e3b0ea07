struct conf { int port; int backlog; char name[16]; };
static struct conf conf;
void step(int);
static void loop(void) { while (1) step(1); }
int start(void) { conf.port = 1; loop(); return 0; }
int port(void) { return conf.port; }
