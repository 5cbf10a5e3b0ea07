// The function is a signal handler: it returns to the C library's sigreturn.
// build: gcc -O2
// build: gcc -O2 -DALTSTACK
// watch: handler
// doors: 1
// left: 1
// expect: whole
// expect: mask kept
// expect: slept
#include "common.h"
#include <time.h>

static int count_before, count_after;

OUTSIDE void handler(int number)
{
    void *frames[64];
    (void)number;
    count_before = backtrace(frames, 64);
    ready();
    count_after = backtrace(frames, 64);
}

int main(void)
{
    struct sigaction action = {.sa_handler = handler};
    sigset_t mask;
    struct timespec time = {0, 50000000};
#ifdef ALTSTACK
    start_idle_thread();
    stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
    sigaltstack(&stack, 0);
    action.sa_flags = SA_ONSTACK;
#endif
    sigaction(SIGUSR1, &action, 0);
    raise(SIGUSR1);
    say(count_before > 3 && count_after == count_before + 1 ? "whole" : "broken");
    sigprocmask(SIG_SETMASK, 0, &mask);
    say(sigismember(&mask, SIGUSR1) ? "mask lost" : "mask kept");
    say(nanosleep(&time, 0) == 0 ? "slept" : "interrupted");
    done();
    return 0;
}
