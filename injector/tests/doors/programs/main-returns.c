// The function is main.
// watch: main
// doors: 1
// expect: at exit
// exit: 9
// ends
#include "common.h"

static void at_exit(void)
{
    say("at exit");
}

int main(void)
{
    atexit(at_exit);
    ready();
    return 9;
}
