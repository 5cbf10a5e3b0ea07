// The door is taken away before the function returns.
// watch: serve
// calls: serve
// doors: 1
// expect: inside
// remove: 0
// expect: served
#include "common.h"
#include <polus/doors.h>

static void never(void)
{
    say("callback");
}

struct polus_leaving leaving = {never, never, __errno_location, 0, 0};

OUTSIDE void serve(void)
{
    ready();
    say("inside");
    wait_line();
}

int main(void)
{
    serve();
    ORDINARY;
    say("served");
    done();
    return 0;
}
