struct node { long n; };
static struct node node;
int from_b(void) { return (int)node.n; }
