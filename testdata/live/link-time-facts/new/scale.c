extern int hits;

__attribute__((noinline)) int scale(int n)
{
    hits += 100;
    return n * 5;
}
