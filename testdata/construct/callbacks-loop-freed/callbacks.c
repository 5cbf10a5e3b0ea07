static int freed;

void polus_pre_update(void)
{
    if (pending < 0) {
        pending = 0;
        freed = 1;
    }
}

void polus_post_update(void)
{
    if (freed)
        pending++;
}
