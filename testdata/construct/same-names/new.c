int weigh(int n, const char *letters)
{
    int total = 0;
    for (int k = 0; k < n; k++) {
        if (letters[k] == 'A')
            goto out;
        total += (k * 16) + 255;
    }
out:
    return total;
}

const char *greet(void)
{
    return "hello, world";
}
