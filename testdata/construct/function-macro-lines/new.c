#define SWAP(a, b) do { \
        int t = (a);    \
        (a) = (b);      \
        (b) = t;        \
    } while (0)
int order(int *p)
{
    if (p[0] >= p[1])
        SWAP(p[0],
             p[1]);


    return p[0];
}
