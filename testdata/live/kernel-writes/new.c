// The kernel writes into a tracked variable for system calls: such that return at once or later, over
// page borders, for one thread or another process, while neighbours on the same pages change.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct state {
    long count;
    int value;
    struct timespec time;
    struct stat status;
    char text[12000];
};
struct state state = {7, 1, {0}, {0}, "start"};
#include "program.h"

__attribute__((noinline, noclone)) void act(int n)
{
    state.value += n;
    printf("count %ld value %d text %s %c %c %d\n", ++state.count, state.value, state.text, state.text[4000], state.text[8000],
           state.status.st_uid == getuid() && state.time.tv_sec > 0);
}
