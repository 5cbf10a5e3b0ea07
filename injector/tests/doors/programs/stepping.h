// Of stepping.c and stepping-calls.c.
#include "common.h"
#include <polus/doors.h>

static void *frames[64];
static int above; // frames from main on
static volatile int steps, broken, callbacks;

static void count(void)
{
    callbacks++;
}

struct polus_leaving leaving = {count, count, __errno_location, 0, 0};

static void trap(int number)
{
    void *now[64];
    int size = backtrace(now, 64);
    (void)number;
    steps++;
    if (size < above || memcmp(now + size - above, frames, sizeof(void *) * (size_t)above))
        broken++;
}

OUTSIDE int serve(int x)
{
    ready();
    __asm__ volatile("sub $128, %%rsp\n\tpushfq\n\torl $0x100, (%%rsp)\n\tpopfq\n\tadd $128, %%rsp" ::: "cc", "memory");
    return x + 1;
}

OUTSIDE int calls(int x)
{
    int result = serve(x);
    __asm__ volatile("sub $128, %%rsp\n\tpushfq\n\tandl $0xfffffeff, (%%rsp)\n\tpopfq\n\tadd $128, %%rsp" ::: "cc", "memory");
    return result;
}

OUTSIDE int outer(int x)
{
    void *all[64];
    int size = backtrace(all, 64);
    above = size - 1; // without this function itself
    memcpy(frames, all + 1, sizeof(void *) * (size_t)above);
    int result = calls(x);
    ORDINARY;
    return result;
}

int main(void)
{
    char line[64];
    struct sigaction action = {.sa_handler = trap};
    sigaction(SIGTRAP, &action, 0);
    if (outer(1) != 2)
        return 1;
    snprintf(line, sizeof line, "steps %s, broken %d", steps > 4 ? "enough" : "few", broken);
    say(line);
#ifdef CALLBACKS
    snprintf(line, sizeof line, "callbacks %d", callbacks);
    say(line);
#endif
    done();
    return 0;
}
