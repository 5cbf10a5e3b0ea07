// A function that went on in another by a jump is on the stack no more; one that
// goes on so later leaves when the other returns.
// watch: gone jumps
// doors: 1
// left: 1
// expect: last
// expect: back 4
#include "common.h"

OUTSIDE int last(int x)
{
    say("last");
    return x + 1;
}

OUTSIDE int jumps(int x)
{
    ready();
    return last(x + 1);
}

OUTSIDE int gone(int x)
{
    return jumps(x + 1);
}

int main(void)
{
    char line[32];
    int result = gone(1);
    ORDINARY;
    snprintf(line, sizeof line, "back %d", result);
    say(line);
    done();
    return 0;
}
