void polus_preupdate(void)
{
}

void polus_helper(void)
{
}

void polus_thread_leaves_f(void)
{
}
