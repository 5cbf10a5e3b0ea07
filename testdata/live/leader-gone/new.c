// The first thread has ended, the others go on.
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

static void *server(void *unused)
{
    serve();
    exit(0);
}

int main(void)
{
    pthread_t thread;
    start();
    pthread_create(&thread, 0, server, 0);
    puts("ready");
    fflush(stdout);
    pthread_exit(0);
}
