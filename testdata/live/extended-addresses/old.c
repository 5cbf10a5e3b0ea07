// A table of options holds addresses of fields of a named object, of new ones, too; the object is reached
// by pointers as well.
#define FOR_PATCH __attribute__((noipa, noinline))
struct part {
    int low;
    int high;
};
struct server {
    int port;
    long clients;
    struct part part;
};
struct server server = {80, 0, {1, 2}}, *all = &server;
#include "program.h"

static const struct option {
    const char *name;
    union {
        int *number;
        long *big;
    } to;
    int is_big;
} options[] = {{"port", {.number = &server.port}, 0}, {"clients", {.big = &(server.clients)}, 1}, {"high", {.number = &server.part.high}, 0}};

FOR_PATCH void set(const char *name, long value)
{
    for (unsigned i = 0; i < sizeof options / sizeof *options; i++)
        if (!strcmp(options[i].name, name)) {
            if (options[i].is_big)
                *options[i].to.big = value;
            else
                *options[i].to.number = (int)value;
            return;
        }
    puts("no such option");
}

FOR_PATCH void show(void)
{
    printf("%d %ld %d\n", server.port, server.clients, server.part.high);
}

FOR_PATCH void serve(struct server *of)
{
    of->clients++;
    of->part.high++;
}
