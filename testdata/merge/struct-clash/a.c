#include <stdio.h>
struct node { int value; struct node *next; };
static int sum(struct node *n) { int s = 0; for (; n; n = n->next) s += n->value; return s; }
int other(void);
int main(void) { struct node b = { 2, 0 }, a = { 1, &b }; printf("%d %d %zu\n", sum(&a), other(), sizeof(struct node)); return 0; }
