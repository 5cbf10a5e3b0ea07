// What the programs under torture share: chance, and what counts accesses and violations.
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PERIOD 800000L // µs, of which a part is rest
#define HOLD 1500000L  // µs, longest time in one function
#define OFTEN (1 << 30)

static long accesses[2]; // by version
static long stayed;      // by functions that nobody waits for
static long violations;
static long threads, rest;
static volatile int stop;
static long alive;

static long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000L + time.tv_nsec / 1000;
}

static void nap(long micros)
{
    struct timespec time = {micros / 1000000, micros % 1000000 * 1000};
    nanosleep(&time, 0);
}

static void spin(int turns)
{
    for (int i = 0; i < turns; i++)
        __asm__ volatile("pause");
}

static __thread unsigned long seed;

static unsigned long chance(unsigned long below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

// Between two accesses: mostly nothing, sometimes long enough for another thread to come.
static void between(void)
{
    unsigned long what = chance(64);
    if (what == 0)
        nap(chance(2000));
    else if (what < 4)
        sched_yield();
    else
        spin((int)chance(100));
}

// Between two writes that belong together.
static void within(void)
{
    if (chance(256) == 0)
        nap(chance(300));
}

static void access_made(int version)
{
    __atomic_fetch_add(&accesses[version], 1, __ATOMIC_RELAXED);
}

static void expect_equal(int version, const char *what, long is, long should)
{
    if (is == should)
        return;
    if (__atomic_fetch_add(&violations, 1, __ATOMIC_RELAXED) < 20)
        fprintf(stderr, "violation: version %d: %s: is %ld, should be %ld\n", version, what, is, should);
}

#define EXPECT(what, is, should) expect_equal(VERSION, what, is, should)
