// Numbers, arrays and structs of other types cross, and what one side cannot hold waits on it.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int level = 7;
unsigned char bytes[4] = {1, 2, 3, 250};
struct slot {
    int hits;
    char name[4];
} slots[2] = {{1, "a"}, {2, "b"}};
struct {
    unsigned open : 1;
    int kind : 4;
    int gone;
    double rate;
} state = {1, -3, 44, 2.5};

__attribute__((noinline)) void show(void)
{
    printf("old: %d %d %d,%.4s %d,%.4s %d %d %d %g\n", level, bytes[3], slots[0].hits, slots[0].name, slots[1].hits,
           slots[1].name, state.open, state.kind, state.gone, state.rate);
    fflush(stdout);
}

__attribute__((noinline)) void change(void)
{
    level++;
    bytes[3]--;
    slots[1].hits += 10;
    state.kind--;
    state.gone++;
    state.rate += 0.5;
}

__attribute__((noinline)) void clear(void)
{
    memset(&slots, 0, sizeof slots);
    slots[0] = (struct slot){.hits = 1, .name = "r"};
}

__attribute__((noinline)) void serve(char command)
{
    if (command == 'c')
        change();
    if (command == 'r')
        clear();
    if (command == 's')
        show();
}

int main(void)
{
    char command;
    puts("started");
    fflush(stdout);
    while (read(0, &command, 1) == 1)
        serve(command);
    return 0;
}
