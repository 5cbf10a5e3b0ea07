int changed(int n)
{
    return n + 1;
}

int unchanged(int n)
{
    return n + 2;
}
