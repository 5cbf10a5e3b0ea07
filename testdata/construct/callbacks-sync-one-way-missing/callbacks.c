void polus_to_new_value(const union value__old *from, union value *to)
{
    to->i = from->i;
}
