int weigh(int count, const char *name)
{
    int sum = 0;
    for (int i = 0; i < count; i++) {
        if (name[i] == 'A')
            goto found;
        sum += (i * 16) + 255;
    }
found:
    return sum;
}

const char *greet(void)
{
    return "hello, world";
}
