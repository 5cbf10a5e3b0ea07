// Handlers of the program's own for SIGSEGV, SIGTRAP and SIGCHLD are called for its own events only,
// and its sleeping threads and its parent see nothing of an update.
struct state {
    long count;
    int value;
    char text[4000];
};
struct state state = {7, 1, "start"};
#include "program.h"

__attribute__((noinline, noclone)) void act(int n)
{
    state.value += n;
    printf("count %ld value %d text %s.\n", ++state.count, state.value, state.text);
}
