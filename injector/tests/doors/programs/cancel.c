// A thread is cancelled inside the function; cleanup handlers of its caller run.
// build: gcc -O2
// build: gcc -O2 -fexceptions
// build: gcc -O0 -fexceptions
// watch: serve
// doors: 1
// lost: 1
// expect: cleanup 7
// expect: cancelled
#include "common.h"

static int pipes[2];
static volatile int tid;

static void cleanup(void *argument)
{
    char line[32];
    snprintf(line, sizeof line, "cleanup %d", *(int *)argument);
    say(line);
}

OUTSIDE int serve(void)
{
    char byte;
    long size = read(pipes[0], &byte, 1);
    ORDINARY;
    return (int)size;
}

OUTSIDE void *thread(void *argument)
{
    volatile int seven = 7;
    int result;
    tid = gettid();
    pthread_cleanup_push(cleanup, (void *)&seven);
    result = serve();
    ORDINARY;
    pthread_cleanup_pop(0);
    say("not cancelled");
    return argument + result;
}

int main(void)
{
    pthread_t id;
    void *result;
    if (pipe(pipes) || pthread_create(&id, 0, thread, 0))
        return 1;
    while (!tid)
        sched_yield();
    wait_until_in(tid, 0);
    ready();
    pthread_cancel(id);
    pthread_join(id, &result);
    say(result == PTHREAD_CANCELED ? "cancelled" : "returned");
    done();
    return 0;
}
