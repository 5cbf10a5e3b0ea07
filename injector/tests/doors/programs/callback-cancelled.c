// A thread is cancelled in the callback: cleanup of the function's caller runs, and
// another thread still counts as inside.
// build: gcc -O2
// build: gcc -O2 -fexceptions
// watch: serve
// calls: serve
// doors: 1
// lost: 1
// expect: in callback
// expect: cleanup
// expect: cancelled, inside 1
#include "common.h"
#include <polus/doors.h>

static volatile int tid;

static void thread_left(void)
{
    say("in callback");
    tid = gettid();
    for (;;)
        pause();
}

struct polus_leaving leaving = {thread_left, 0, __errno_location, 0, 0};

static void cleanup(void *argument)
{
    say(argument);
}

OUTSIDE int serve(void)
{
    ready();
    return 1;
}

OUTSIDE void *thread(void *argument)
{
    int result;
    pthread_cleanup_push(cleanup, "cleanup");
    result = serve();
    ORDINARY;
    pthread_cleanup_pop(0);
    return argument + result;
}

int main(void)
{
    char line[64];
    pthread_t id;
    void *result;
    if (pthread_create(&id, 0, thread, 0))
        return 1;
    while (!tid)
        sched_yield();
    wait_until_in(tid, 34);
    pthread_cancel(id);
    pthread_join(id, &result);
    snprintf(line, sizeof line, "%s, inside %u", result == PTHREAD_CANCELED ? "cancelled" : "returned",
             leaving.threads);
    say(line);
    done();
    return 0;
}
