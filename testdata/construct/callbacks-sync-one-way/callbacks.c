void polus_to_old_count(const long *from, int *to)
{
    *to = *from > 1000 ? 1000 : (int)*from;
}
