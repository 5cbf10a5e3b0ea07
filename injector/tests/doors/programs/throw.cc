// An exception passes the function: caught in its caller, and above, with
// destructors between; and one that passed leaves all as it was for the next.
// build: g++ -O2
// build: g++ -O0
// build: g++ -O2 -static-libgcc -static-libstdc++
// watch: serve
// doors: 1
// lost: 1
// expect: destructor
// expect: caught above 5
// expect: backtrace 1
#include "common.h"
#include <stdexcept>

struct object {
    const char *name;
    ~object() { say(name); }
};

OUTSIDE void throws(int x)
{
    ready();
    throw x;
}

extern "C" OUTSIDE int serve(int x)
{
    throws(x);
    ORDINARY;
    return x;
}

OUTSIDE int between(int x)
{
    object object{"destructor"};
    int result = serve(x);
    ORDINARY;
    return result;
}

int main()
{
    char line[32];
    try {
        between(5);
    } catch (int x) {
        snprintf(line, sizeof line, "caught above %d", x);
        say(line);
    }
    void *frames[8];
    say(backtrace(frames, 8) > 1 ? "backtrace 1" : "backtrace 0");
    done();
    return 0;
}
