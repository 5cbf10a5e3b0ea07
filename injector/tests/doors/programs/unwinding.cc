// A stack that is being unwound gets no door: the unwinder has read parts of it. In a
// destructor that an exception runs, and in one that it runs in C++'s own frame.
// build: g++ -O2
// build: g++ -O2 -DEXIT
// build: g++ -O2 -static-libgcc -static-libstdc++
// watch: serve
// doors: 0
// inside: 1
// left: 0
// expect: through
#include "common.h"

struct object {
    ~object() { ready(); }
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
