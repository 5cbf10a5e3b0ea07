// A process that may have no memory both written and executed.
// watch: serve
// doors: 1
// left: 1
// expect: served
#include "common.h"
#include <sys/prctl.h>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#endif

OUTSIDE void serve(void)
{
    ready();
}

int main(void)
{
    // kernels before 6.3 do not know it
    prctl(PR_SET_MDWE, 1L, 0L, 0L, 0L);
    serve();
    say("served");
    done();
    return 0;
}
