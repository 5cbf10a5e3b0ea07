// Nothing grows with the number of updates that were tracked.
#define _GNU_SOURCE
#include <stdio.h>

struct state {
    long count;
    int value;
    char text[8];
};
struct state state = {7, 1, "start"};
#include "program.h"

__attribute__((noinline, noclone)) void act(int n)
{
    state.value += n;
    printf("count %ld value %d text %s\n", ++state.count, state.value, state.text);
}

int main(void)
{
    start();
    puts("ready");
    fflush(stdout);
    serve();
    return 0;
}
