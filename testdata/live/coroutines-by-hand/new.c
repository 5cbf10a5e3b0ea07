// Stacks that are switched by the program itself: one that may be parked in an old function is waited for.
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
