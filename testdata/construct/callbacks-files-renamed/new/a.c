struct node { int n; };
static struct node node;
int from_a(void) { return node.n + 1; }
