// Variables that have names, arrays of them, constant tables and static locals of a type that gets
// fields; pointers lead to them, and old code goes on with them.
struct port {
    int number;
    char open;
    short weight;
};
struct command {
    const char *name;
    int (*run)(int);
};
static struct port main_port = {80, 1, 3}, ports[4] = {{1, 0, 0}, {2}, {3}, {4}};
static int twice(int n) { return 2 * n; }
static int thrice(int n) { return 3 * n; }
static const struct command commands[] = {{"twice", twice}, {"thrice", thrice}};
#include "program.h"

FOR_PATCH void show(void)
{
    printf("main %d;", main_port.number);
    for (int i = 0; i < 4; i++)
        printf(" %d", ports[i].number);
    puts("");
}

FOR_PATCH void touch(int number)
{
    first->number += number;
    first->weight = main_port.weight++;
}

FOR_PATCH struct port *own(void)
{
    static struct port port = {7};
    port.number++;
    return &port;
}

FOR_PATCH void names(void)
{
    for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++)
        printf("%s %d\n", commands[i].name, commands[i].run(5));
}
