// A thread stays in an old function of a process that sees no files, has no rights, and is killed at any
// system call but a few.
#define _GNU_SOURCE
#include <stdio.h>

struct state {
    int value;
    char text[8];
};
struct state state = {1, "start"};
#include "program.h"
#include "sandbox.h"

__attribute__((noinline, noclone)) void act(int n)
{
    state.value += n;
    printf("value %d text %s\n", state.value, state.text);
}

int main(void)
{
    start();
    enclose();
    puts("ready");
    fflush(stdout);
    serve();
    return 0;
}
