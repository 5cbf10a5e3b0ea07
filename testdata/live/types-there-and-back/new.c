// Numbers, arrays and structs of other types cross, and what one side cannot hold waits on it.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

long level = 7;
int bytes[6] = {0, 0, 0, 0, 5, 6};
struct slot {
    char name[8];
    long hits;
    int fresh;
} slots[3] = {[2] = {"c", 3, 9}};
struct {
    float rate;
    int kind : 9;
    int added;
    _Bool open;
} state = {.added = 77};

__attribute__((noinline)) void show(void)
{
    printf("new: %ld %d %d %ld,%s %ld,%s %ld,%s %d %d %d %d %g\n", level, bytes[3], bytes[5], slots[0].hits,
           slots[0].name, slots[1].hits, slots[1].name, slots[2].hits, slots[2].name, slots[0].fresh, state.open,
           state.kind, state.added, state.rate);
    fflush(stdout);
}

__attribute__((noinline)) void change(void)
{
    level++;
    bytes[3] += 100;
    bytes[5]++;
    slots[1].hits += 100;
    slots[2].hits++;
    slots[0].fresh = 5;
    state.kind -= 2;
    state.added++;
    state.rate += 1;
}

__attribute__((noinline)) void clear(void)
{
    memset(&slots, 0, sizeof slots);
    slots[0] = (struct slot){.hits = 1, .name = "reset", .fresh = 8};
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
