struct other { int n; };
void polus_pre_update(void)
{
    struct other other = {1};
    take(&other);
    count = "x";
}
