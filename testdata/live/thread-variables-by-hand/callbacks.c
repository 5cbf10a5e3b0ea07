void polus_pre_update(void)
{
    printf("before: %d %d\n", pause_of.milliseconds, *pause_of.where);
    fflush(stdout);
}

void polus_to_new_pause_of(const struct pause__old *from, struct pause *to)
{
    to->milliseconds = from->seconds * 1000;
    to->where = from->where;
}

void polus_to_old_pause_of(const struct pause *from, struct pause__old *to)
{
    to->seconds = from->milliseconds / 1000;
    to->where = from->where;
}

void polus_data_unused_pause_of(void)
{
    puts("unused");
}

void polus_post_update(void)
{
    puts("over");
    fflush(stdout);
}
