// Threads that wait, perhaps one that spins and records its largest gap, and commands on
// standard input: `gap`, `call COUNT`, `answer`.
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static atomic_long largest;

static long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

static void *spins(void *unused)
{
    for (long before = now();;) {
        long after = now();
        if (after - before > atomic_load(&largest))
            atomic_store(&largest, after - before);
        before = after;
    }
    return unused;
}

static void *waits(void *number)
{
    for (;;)
        number ? (void)poll(0, 0, -1) : (void)pause();
    return 0;
}

__attribute__((noipa)) unsigned answer(unsigned question)
{
    return question * 3 + 1;
}

static void begin(void *(*work)(void *), long number)
{
    pthread_t thread;
    if (pthread_create(&thread, 0, work, (void *)number))
        abort();
}

static void call(long count)
{
    unsigned sum = 0; // each call waits for the one before
    long before = now();
    for (long i = 0; i < count; i++)
        sum = answer(sum);
    printf("%.4f\n", (double)(now() - before) / (double)count);
}

// victim WAITING [spin]
int main(int argc, char **argv)
{
    char line[64];
    for (long i = 0; argc > 1 && i < atol(argv[1]); i++)
        begin(waits, i % 2);
    if (argc > 2)
        begin(spins, 0);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        if (!strncmp(line, "gap", 3))
            printf("%ld\n", atomic_exchange(&largest, 0));
        else if (!strncmp(line, "call ", 5))
            call(atol(line + 5));
        else
            printf("%u\n", answer(0));
        fflush(stdout);
    }
    return 0;
}
