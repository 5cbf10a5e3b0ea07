int sold;

static int twice(int n)
{
    return n * 2;
}

int price(int n)
{
    sold += n;
    return twice(n) + 1;
}
