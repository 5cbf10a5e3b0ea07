static int never_defined(int n);

void polus_pre_update(void)
{
    if (missing_global)
        count = 1;
}

void polus_post_update(void)
{
    missing_function(f());
}
