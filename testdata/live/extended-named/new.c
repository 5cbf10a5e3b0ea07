struct port {
    const char *name;
    int number;
    int *last;
    char open;
    long used;
};
struct command {
    const char *name;
    int least;
    int (*run)(int);
    const char *help;
};
static struct port main_port = {"main", 80, 0, 1}, ports[4] = {{.number = 1}, {.number = 2}, {.number = 3}, {.number = 4}};
static struct port fresh = {"fresh", 9, .used = 50}, more[2] = {{"more", 10}, {.number = 11, .used = 60}};
static int twice(int n) { return 2 * n; }
static int thrice(int n) { return 3 * n; }
static int half(int n) { return n / 2; }
static const struct command commands[] = {
    {"twice", 1, twice, "two of it"},
    {"thrice", 2, thrice, "three of it"},
    {.name = "half", .run = half, .help = "a part of it"},
};
#include "program.h"

static void tell(const char *which, const struct port *port)
{
    printf("%s %s %d %d %ld\n", which, port->name ? port->name : "-", port->number, port->last ? *port->last : 0, port->used);
}

FOR_PATCH void show(void)
{
    tell("main", &main_port);
    for (int i = 0; i < 4; i++)
        tell("port", &ports[i]);
    tell("fresh", &fresh);
    tell("more", more);
    tell("more", &more[1]);
}

static long *kept;

/* By name and by pointer it is the same. */
FOR_PATCH void touch(int number)
{
    static int numbers[8], at;
    numbers[++at % 8] = number;
    first->number += number;
    first->last = &numbers[at % 8];
    first->used++;
    if (kept)
        ++*kept;
    kept = &ports[number % 4].used;
    main_port.used += number;
    main_port.name = "touched";
    (number % 2 ? &main_port : &fresh)->last = &numbers[at % 8];
    more[number % 2].used++;
    ports[number % 4].name = "by number";
    for (struct port *port = ports; port < ports + 4; port++)
        if (port->name != ports[port - ports].name || &port->used != &ports[port - ports].used)
            puts("two of it");
    if (&main_port.used != &(*(number ? &main_port : 0)).used)
        puts("two of main_port");
}

FOR_PATCH struct port *own(void)
{
    static struct port port = {.number = 7};
    port.used++;
    port.number += (int)port.used;
    return &port;
}

FOR_PATCH void names(void)
{
    for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++)
        printf("%s %d %d %s\n", commands[i].name, commands[i].least, commands[i].run(5), commands[i].help);
}
