static int left;
static const char *const reasons[] = {"no client may enter", "negative"};

static int is_sane(int clients)
{
    return clients > 0;
}

static void note(int by)
{
    static int calls;
    calls += by;
    left = calls;
}

void polus_pre_update(void)
{
    if (!is_sane(limits__old.clients))
        polus_veto(reasons[limits__old.clients < 0]);
    if (untouched(limits__old.seconds) < 0)
        limits__old.seconds = 0;
}

void polus_thread_left_may_enter(void)
{
    note(1);
}

void polus_function_left_may_enter(void)
{
    note(0);
}

void polus_data_unused_limits(void)
{
    if (limits.retries > left)
        limits.retries = left;
}

void polus_post_update(void)
{
    may_enter(left);
}
