#include <stdlib.h>
struct node { int value; int weight; };
struct list { struct node first; struct node *rest; };
static struct list list;
void grow(void) { list.rest = malloc(sizeof *list.rest); }
int sum(void) { return list.first.value + list.rest->value; }
