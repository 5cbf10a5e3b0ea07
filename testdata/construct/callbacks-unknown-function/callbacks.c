void polus_thread_left_ff(void)
{
}
