void polus_to_new_value(const union value__old *from, union value *to)
{
    to->i = from->i;
}

static void polus_to_old_value(const union value *from, union value__old *to)
{
    to->i = from->i;
}
