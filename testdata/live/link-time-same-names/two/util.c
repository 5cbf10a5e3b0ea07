// The other file.
__attribute__((noinline)) static int next(int question)
{
    static int count = 20;
    count += question * 2;
    return count;
}

int two(int question)
{
    return next(question) + 1;
}
