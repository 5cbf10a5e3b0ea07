struct state { int x; };
int step(int n)
{
    static int a = 1, b[] = {1, 2, 3}, *p;
    static struct state s = {4};
    p = &a;
    return *p + b[n] + s.x + 1;
}
