// A C function that cleans up in itself gets its door: where nothing is thrown, its
// cleaning up can only be for the end of the thread.
// build: gcc -O2 -fexceptions
// watch: serve
// doors: 1
// left: 1
// expect: cleaned
// expect: served
#include "common.h"

static void cleanup(const char **name)
{
    say(*name);
}

OUTSIDE void serve(void)
{
    __attribute__((cleanup(cleanup))) const char *name = "cleaned";
    ready();
}

int main(void)
{
    serve();
    ORDINARY;
    say("served");
    done();
    return 0;
}
