extern int count;
int raise(int by);
int lower(int by);
__attribute__((noinline)) int report(int by)
{
    return raise(by) + lower(1) + count / 2;
}
