void polus_pre_update(void)
{
    if (pending < 0)
        pending = 0;
}
