// A thread jumps out of the function, and calls it again from another depth.
// watch: serve
// doors: 1
// lost: 1
// expect: jumped
// expect: served
#include "common.h"

static jmp_buf place;

OUTSIDE void jumps(int times)
{
    if (times == 0) {
        ready();
        longjmp(place, 1);
    }
}

OUTSIDE void serve(int times)
{
    jumps(times);
    ORDINARY;
}

OUTSIDE void uses_stack(void)
{
    volatile char bytes[4096];
    memset((void *)bytes, 1, sizeof bytes);
}

int main(void)
{
    if (setjmp(place) == 0)
        serve(0);
    say("jumped");
    uses_stack();
    serve(1);
    say("served");
    done();
    return 0;
}
