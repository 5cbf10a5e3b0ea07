void polus_thread_left_added(void)
{
}

void polus_to_new_fresh(const int *from, int *to)
{
    *to = *from;
}
