struct conf { int port; char name[16]; };
static struct conf conf;
struct conf *get(void) { return &conf; }
int port(void) { return get()->port; }
