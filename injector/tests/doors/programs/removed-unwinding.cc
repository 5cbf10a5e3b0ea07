// A door stays as long as its stack is being unwound: by an exception, and by the end
// of the thread.
// build: g++ -O2
// build: g++ -O2 -DEXIT
// watch: serve
// doors: 1
// lost: 1
// expect: cleaning
// remove: 1
// expect: through
#include "common.h"

struct object {
    ~object()
    {
        say("cleaning");
        wait_line();
    }
};

OUTSIDE void throws()
{
#ifdef EXIT
    pthread_exit(0);
#else
    throw 5;
#endif
}

OUTSIDE void between()
{
    object object;
    throws();
    ORDINARY;
}

extern "C" OUTSIDE int serve()
{
    ready();
    between();
    ORDINARY;
    return 0;
}

OUTSIDE void *thread(void *argument)
{
    try {
        serve();
    } catch (int x) {
        ORDINARY;
    }
    return argument;
}

int main()
{
    pthread_t id;
    if (pthread_create(&id, 0, thread, 0) || pthread_join(id, 0))
        return 1;
    say("through");
    done();
    return 0;
}
