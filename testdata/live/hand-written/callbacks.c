#include <string.h>

static int to_seconds(long milliseconds)
{
    return (int)(milliseconds / 1000);
}

void polus_to_new_limits(const struct limits__old *from, struct limits *to)
{
    to->clients = from->clients;
    /* The old instance by its name is the one that is handed over. */
    to->milliseconds = from == &limits__old ? from->seconds * 1000L : -1;
}

void polus_to_old_limits(const struct limits *from, struct limits__old *to)
{
    to->clients = from->clients;
    to->seconds = to_seconds(from->milliseconds);
}

void polus_to_new_timeout(const int *from, int *to)
{
    *to = *from * 1000;
}

void polus_to_old_timeout(const int *from, int *to)
{
    *to = to_seconds(*from);
}

void polus_to_new_value(const union value__old *from, union value *to)
{
    memcpy(to, from, sizeof to->number);
}

void polus_to_old_value(const union value *from, union value__old *to)
{
    memcpy(to, from, sizeof to->number);
}
