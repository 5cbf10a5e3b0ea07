// A function returns through its door, and glibc's backtrace sees all frames meanwhile.
// build: gcc -O2
// build: gcc -O0
// build: gcc -O2 -no-pie -fcf-protection=full
// build: gcc -O2 -flto
// build: clang-14 -O2
// watch: serve
// doors: 1
// left: 1
// expect: backtrace whole
// expect: served 42
#include "common.h"

static void *before[64], *after[64];
static int count_before, count_after;

OUTSIDE int serve(int x)
{
    count_before = backtrace(before, 64);
    ready();
    count_after = backtrace(after, 64);
    return x + 1;
}

OUTSIDE int caller(int x)
{
    int result = serve(x);
    ORDINARY;
    return result;
}

// One frame more, the door; the caller's address is that before its return address.
static int whole(void)
{
    if (count_after != count_before + 1 || count_before < 4)
        return 0;
    if ((char *)after[2] + 1 != (char *)before[1])
        return 0;
    return !memcmp(before + 2, after + 3, sizeof(void *) * (size_t)(count_before - 2));
}

int main(void)
{
    char line[32];
    int result = caller(41);
    say(whole() ? "backtrace whole" : "backtrace broken");
    snprintf(line, sizeof line, "served %d", result);
    say(line);
    done();
    return 0;
}
