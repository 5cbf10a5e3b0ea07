static int never_defined(int n);

void polus_pre_update(void)
{
    never_defined(f());
}
