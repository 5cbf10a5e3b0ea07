void polus_thread_left_serve(void)
{
}
