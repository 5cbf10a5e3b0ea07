static int f(void)
{
    return 4;
}

void polus_pre_update(void)
{
    f();
}
