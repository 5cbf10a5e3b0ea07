// Threads that count in their own variables, and check each count, start and end during updates.
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

static __thread long count;
static __thread struct sides {
    long mark;
    short even, odd;
    char more[40];
} sides = { 77, 0, 0, "as it began" };

__attribute__((noipa, noinline)) int version(void)
{
    return 2;
}

__attribute__((noipa, noinline)) long tick(long expected)
{
    if (expected < 0)
        puts("impossible");
    count++;
    if (count & 1)
        sides.odd++;
    else
        sides.even++;
    if ((short)(sides.odd + sides.even) != (short)expected || sides.mark != 77 || sides.more[10] != 'n')
        return -1;
    return count;
}

static volatile int stop;
static int wrong, started;

static void count_to(int rounds)
{
    for (long i = 1; i <= rounds && !stop; i++) {
        if (tick(i) != i)
            __atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
        for (volatile int pause = 0; pause < 2000; pause++)
            ;
        sched_yield();
    }
}

static void *steady(void *unused)
{
    count_to(1 << 30);
    return unused;
}

static void *chain(void *unused)
{
    pthread_t next;
    pthread_attr_t attributes;
    __atomic_fetch_add(&started, 1, __ATOMIC_RELAXED);
    count_to(5);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (!stop)
        while (pthread_create(&next, &attributes, chain, 0))
            ;
    pthread_attr_destroy(&attributes);
    return unused;
}

int main(void)
{
    char line[64];
    pthread_t thread;
    for (int i = 0; i < 3; i++) {
        pthread_create(&thread, 0, steady, 0);
        pthread_create(&thread, 0, chain, 0);
    }
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        if (line[0] == 'e')
            puts(started > 100 ? "many threads" : "few threads");
        printf("version %d wrong %d\n", version(), wrong);
        fflush(stdout);
    }
    return 0;
}
