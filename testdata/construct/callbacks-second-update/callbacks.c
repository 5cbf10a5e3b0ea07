static int seen;
void polus_pre_update(void)
{
    seen = limits__old.retries + may_enter(1);
}
void polus_function_left_wait_for(void)
{
    limits.clients += seen;
}
