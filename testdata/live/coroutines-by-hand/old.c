// Stacks that are switched by the program itself: one that may be parked in an old function is waited for.
struct state {
    int value;
    char text[8];
};
struct state state = {1, "start"};
#include "program.h"

__attribute__((noinline, noclone)) void act(int n)
{
    state.value += n;
    printf("value %d text %s\n", state.value, state.text);
}
