void polus_thread_left_usage(void)
{
}
