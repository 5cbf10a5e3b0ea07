int next(void)
{
    static __thread long last;
    return ++last;
}
