void polus_to_old_count(const long *from, int *to)
{
    *to = *from > 2147483647 ? 2147483647 : (int)*from;
}
