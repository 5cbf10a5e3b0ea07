#define FOR_PATCH __attribute__((noipa, noinline))
struct part {
    int low;
    int high;
};
struct server {
    int port;
    long served;
    long clients;
    int limits[4];
    struct part part;
};
struct server server = {.port = 80, .served = 5, .part = {1, 2}}, *all = &server;
#include "program.h"

static const struct option {
    const char *name;
    union {
        int *number;
        long *big;
    } to;
    int is_big;
} options[] = {{"port", {.number = &server.port}, 0}, {"clients", {.big = &(server.clients)}, 1},
    {"served", {.big = &(server.served)}, 1}, {"limit", {.number = &server.limits[2]}, 0}, {"first", {.number = server.limits}, 0}, {"high", {.number = &server.part.high}, 0}};

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
    printf("%d %ld served %ld limits %d %d, %d\n", server.port, server.clients, server.served, server.limits[0], server.limits[2], server.part.high);
}

FOR_PATCH void serve(struct server *of)
{
    of->clients++;
    of->served += 10;
    of->limits[2]++;
    of->part.high++;
}
