int changed(int n)
{
    return n + 10;
}

int unchanged(int n)
{
    return n + 2;
}
