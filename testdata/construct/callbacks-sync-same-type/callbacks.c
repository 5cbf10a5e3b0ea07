/* Seconds become milliseconds; the type stays. */
void polus_to_new_timeout(const int *from, int *to)
{
    *to = *from * 1000;
}

void polus_to_old_timeout(const int *from, int *to)
{
    *to = *from / 1000;
}
