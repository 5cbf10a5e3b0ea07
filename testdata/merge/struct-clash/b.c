struct node { char name[40]; double weight; };
typedef struct node node;
int other(void) { struct node node = { "x", 4.5 }; return (int)(node.weight * sizeof(struct node)); }
