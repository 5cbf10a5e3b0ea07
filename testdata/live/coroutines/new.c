// A coroutine that is parked in an old function goes on there later: it sees what new functions
// wrote meanwhile, and an update has not terminated before it has left.
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
