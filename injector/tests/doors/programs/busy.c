// Threads that enter and leave functions without a pause, and count exactly.
#include "common.h"
#include <polus/doors.h>

#define THREADS 3

static volatile int stop;
static unsigned long callbacks;

static void count(void)
{
    __atomic_add_fetch(&callbacks, 1, __ATOMIC_SEQ_CST);
}

struct polus_leaving leaving = {count, count, __errno_location, 0, 0};

OUTSIDE unsigned long leaf(unsigned long x)
{
    ORDINARY;
    return x * 2 + 1;
}

OUTSIDE unsigned long deeper(unsigned long x, int depth)
{
    unsigned long below = depth ? deeper(x, depth - 1) : leaf(x);
    ORDINARY;
    return below + 1;
}

OUTSIDE double serve(unsigned long x, double y, unsigned long *sum)
{
    *sum += deeper(x, 5);
    ORDINARY;
    return y + 0.5;
}

static void *thread(void *argument)
{
    unsigned long sum = 0, expected = 0, rounds = 0;
    double halves = 0;
    while (!stop) {
        halves = serve(rounds, halves, &sum);
        expected += rounds * 2 + 1 + 6;
        rounds++;
    }
    return sum == expected && halves == (double)rounds / 2 ? argument : 0;
}

int main(void)
{
    pthread_t ids[THREADS];
    int exact = 1;
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&ids[i], 0, thread, &ids[i]))
            return 1;
    ready();
    stop = 1;
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(ids[i], &result);
        exact &= result == &ids[i];
    }
    say(exact ? "exact" : "wrong");
    done();
    return 0;
}
