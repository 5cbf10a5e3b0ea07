struct node { struct node *next; int value; };
static struct node *head;
int sum(void) { int s = 0; for (struct node *n = head; n; n = n->next) s += n->value; return s; }
