int loose(int n)
{
    int unused, maybe;
    if (n > 3)
        maybe = n;
        n++;
    if (n) if (n > 1) n--; else n++;
    char small[2];
    __builtin_memcpy(small, "abcdef", n > 5 ? 2 : 1);
    return n + maybe + small[0];
}
