static struct plain__old *first(struct node__old *of)
{
    return &of->plain;
}

static enum level__old kept(int level)
{
    return level == LOW__old ? LOW : HIGH;
}

static int length(buffer_p__old of)
{
    return of->used + (int)sizeof(buffer_t__old);
}

void polus_pre_update(void)
{
    struct plain *same = first(&node__old);
    count_t__old count = count__old + length(&buffer__old);
    int level = HIGH__old;
    plain__old.n = same->n + count;
    if (kept(level) == LOW || limit__old == limit)
        polus_veto("impossible");
}

void polus_post_update(void)
{
    count = dropped__old;
}
