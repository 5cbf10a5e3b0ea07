// A thread ends itself inside the function; cleanup of its callers runs.
// build: gcc -O2 -fexceptions
// build: clang-14 -O2 -fexceptions
// watch: serve
// doors: 1
// lost: 1
// expect: inner
// expect: outer
// expect: joined
#include "common.h"

static void cleanup(const char **name)
{
    say(*name);
}

OUTSIDE void serve(void)
{
    ready();
    pthread_exit(0);
}

OUTSIDE void calls(void)
{
    __attribute__((cleanup(cleanup))) const char *name = "inner";
    serve();
    ORDINARY;
}

OUTSIDE void *thread(void *argument)
{
    __attribute__((cleanup(cleanup))) const char *name = "outer";
    calls();
    ORDINARY;
    return argument;
}

int main(void)
{
    pthread_t id;
    if (pthread_create(&id, 0, thread, 0) || pthread_join(id, 0))
        return 1;
    say("joined");
    done();
    return 0;
}
