struct node { int n; };

void polus_pre_update(void)
{
    struct node *first = &node;
    first->n = 0;
}
