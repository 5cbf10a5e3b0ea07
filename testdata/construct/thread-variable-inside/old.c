int next(void)
{
    static __thread int last;
    return ++last;
}
