void polus_to_new_limits(const struct limits__old *from, struct limits *to)
{
    to->clients = from->clients;
    to->milliseconds = from->seconds * 1000L;
}

void polus_to_old_limits(const struct limits *from, struct limits__old *to)
{
    to->clients = from->clients;
    to->seconds = from->milliseconds / 1000;
}
