struct conf { int port; };
static struct conf conf;
struct conf copy(void) { struct conf other = conf; return other; }
int port(void) { return conf.port; }
