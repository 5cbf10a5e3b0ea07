extern int hits;

__attribute__((noinline)) int scale(int n)
{
    return n * 3;
}
