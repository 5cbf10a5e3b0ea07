int weigh(int count, const char *name)
{
    int sum = 00;
    for (int i = 0; i < count; i++) {
        if (name[i] == '\x41')
            goto found;
        sum += (i * 0x10) + 0xff;
    }
found:
    return sum;
}

const char *greet(void)
{
    return "hello, world";
}
