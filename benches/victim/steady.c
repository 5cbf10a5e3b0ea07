// A little work on globals that change their types: `work COUNT` tells ns of the processor a turn.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct totals { int count; int longest; };

static struct totals totals;
static int lengths[16];
static char text[256];

__attribute__((noinline)) unsigned digest(unsigned seed)
{
    unsigned sum = seed, length = 64 + seed % 64;
    for (unsigned i = 0; i < length; i++)
        sum = (sum ^ (unsigned char)text[i]) * 16777619u;
    lengths[length % 16]++;
    totals.count++;
    if ((int)length > totals.longest)
        totals.longest = (int)length;
    return sum;
}

// The processor's time: others may be at work on the machine.
static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

__attribute__((noinline)) void work(long count)
{
    unsigned sum = 1;
    double before = now();
    for (long i = 0; i < count; i++)
        sum = digest(sum);
    printf("%.4f\n", (now() - before) / (double)count);
}

int main(void)
{
    char line[64];
    for (unsigned i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 7);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        work(atol(line + strlen("work ")));
        fflush(stdout);
    }
    return 0;
}
