void polus_pre_update(void)
{
    struct node__old *node = 0;
    count = counts__old + (node != 0) + f__old();
}
