struct conf { int port; char name[16]; };
static struct conf conf;
static struct conf *current;
void choose(void) { current = &conf; }
int port(void) { return current->port; }
