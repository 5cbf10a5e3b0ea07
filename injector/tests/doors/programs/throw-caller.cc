// An exception passes the function and is caught by its very caller: there an
// unwinder must tell the door from the caller, which have one stack pointer.
// build: g++ -O2
// build: g++ -O2 -fno-omit-frame-pointer
// build: g++ -O2 -static-libgcc
// watch: serve
// doors: 1
// lost: 1
// expect: caught 5
// expect: again 5
#include "common.h"

OUTSIDE void throws(int x)
{
    static int times;
    if (times++ == 0)
        ready();
    throw x;
}

extern "C" OUTSIDE int serve(int x)
{
    throws(x);
    ORDINARY;
    return x;
}

OUTSIDE void catches(const char *word)
{
    char line[32];
    try {
        serve(5);
    } catch (int x) {
        snprintf(line, sizeof line, "%s %d", word, x);
        say(line);
    }
}

int main()
{
    catches("caught");
    catches("again");
    done();
    return 0;
}
