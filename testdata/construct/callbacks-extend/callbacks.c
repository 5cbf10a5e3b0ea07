struct node { int n; };
void polus_extend_node(struct node *object)
{
    object->n = 0;
}
