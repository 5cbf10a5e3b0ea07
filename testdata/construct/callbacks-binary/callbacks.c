void polus_pre_update(void)
{
    stuck = 0;
    if (limits__old.clients > 100)
        polus_veto("too many clients");
}

void polus_function_left_show(void)
{
    limits.clients++;
}

/* Nothing wrote it, so that it stands in the code as a constant: now something does. */
void polus_post_update(void)
{
    idle = 1;
}
