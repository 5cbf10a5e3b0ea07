// Children forked, programs executed and threads created while an old function is active, and an end of the process itself.
#define _GNU_SOURCE
#include <stdio.h>

struct state {
    long count;
    int value;
    char text[8];
};
struct state state = {7, 1, "start"};
#include "../tracked-exit/program.h"

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
