// The other one.
static int counter = 200;

__attribute__((noinline)) static int count(int question)
{
    counter += question * 2;
    return counter;
}

int two(int question)
{
    return count(question) + 1;
}
