extern int count;
int raise(int by);
__attribute__((noinline)) int report(int by)
{
    return raise(by) + count / 2;
}
