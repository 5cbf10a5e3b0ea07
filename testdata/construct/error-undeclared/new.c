int f(void)
{
    return unknown_name;
}
