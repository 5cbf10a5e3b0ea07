struct conf { int port; char name[16]; };
static struct conf conf;
int port(void) { int *p = &conf.port; return *p; }
void set(int n) { conf.port = n; }
