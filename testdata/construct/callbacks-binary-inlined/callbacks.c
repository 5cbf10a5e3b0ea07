void polus_thread_left_half(void)
{
}

void polus_pre_update(void)
{
    if (factor__old > 3)
        polus_veto("never");
}
