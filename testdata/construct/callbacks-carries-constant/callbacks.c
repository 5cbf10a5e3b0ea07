void polus_to_new_limit(const int *from, int *to)
{
    *to = *from;
}
