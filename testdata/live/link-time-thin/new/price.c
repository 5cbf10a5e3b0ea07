int sold;

static int twice(int n)
{
    return n * 20 + sold;
}

int price(int n)
{
    sold += n;
    return twice(n) + 1;
}
