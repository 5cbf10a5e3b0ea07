// The function is interrupted by a signal handler, and leaves after it; and one that
// is jumped out of by a handler.
// build: gcc -O2
// build: gcc -O2 -DALTSTACK
// build: gcc -O2 -DJUMP
// watch: serve
// doors: 1
// left: 1
// expect: handled
// expect: served
#include "common.h"

static volatile int go_on;
static sigjmp_buf place;

static void handler(int number)
{
    (void)number;
    ready();
    go_on = 1;
    say("handled");
#ifdef JUMP
    siglongjmp(place, 1);
#endif
}

OUTSIDE void serve(void)
{
#ifdef JUMP
    if (sigsetjmp(place, 1))
        return;
#endif
    raise(SIGUSR1);
    while (!go_on)
        ;
}

int main(void)
{
    struct sigaction action = {.sa_handler = handler};
#ifdef ALTSTACK
    start_idle_thread();
    stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
    sigaltstack(&stack, 0);
    action.sa_flags = SA_ONSTACK;
#endif
    sigaction(SIGUSR1, &action, 0);
    serve();
    ORDINARY;
    say("served");
    done();
    return 0;
}
