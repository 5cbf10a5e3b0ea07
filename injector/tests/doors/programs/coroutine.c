// A coroutine's stack ends where its context was made: what is active there gets a door as on a
// thread's own stack, and what is not is not inside.
// watch: serve elsewhere
// doors: 1
// left: 1
// expect: served
#include "common.h"
#include <ucontext.h>

static ucontext_t main_context, context;

OUTSIDE void serve(void)
{
    ready();
}

OUTSIDE void elsewhere(void)
{
    say("never");
}

static void enter(void)
{
    serve();
    ORDINARY;
}

int main(int count, char **words)
{
    (void)words;
    if (count > 1)
        elsewhere();
    getcontext(&context);
    context.uc_stack.ss_size = 65536;
    context.uc_stack.ss_sp = malloc(context.uc_stack.ss_size);
    context.uc_link = &main_context;
    makecontext(&context, enter, 0);
    start_idle_thread();
    swapcontext(&main_context, &context);
    say("served");
    done();
    return 0;
}
