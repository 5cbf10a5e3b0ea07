// Entries of every shape: called by name, through pointers, from old and from new code, from a neighbour's tail call.
#include <stdio.h>
#include <string.h>

#define SHAPE __attribute__((noinline))
#define PADDED __attribute__((aligned(16)))

int seen;

SHAPE int plain(int x) { return x * 11 + 1001; }
SHAPE int constant(void) { return 8; }
SHAPE PADDED int zero(void) { return 5; }
SHAPE PADDED void nothing(void) { seen = 0; }
SHAPE PADDED void note(int x) { seen += x * 10; }
SHAPE __attribute__((section(".text.hot"))) int hot(int x) { return x * 20 - (x >> 3) * 7 + 10000; }
SHAPE __attribute__((section(".shapes.text"))) int elsewhere(int x) { return x * 30 + 3 + 10000; }
SHAPE __attribute__((patchable_function_entry(5))) int patchable(int x) { return x * 40 + 10000; }
SHAPE __attribute__((patchable_function_entry(10, 5))) int patchable_before(int x) { return x * 50 + 10000; }
SHAPE __attribute__((cold)) int cold(int x) { return x * 6 + 7 + 10000; }
SHAPE int callee(int x) { return x * 7 + 8 + 10000; }
SHAPE int tail(int x) { return callee(x + 23); }
SHAPE int loops(const char *p)
{
    int n = 100;
    while (*p++)
        n++;
    return n;
}
SHAPE int framed(int x)
{
    char text[64];
    snprintf(text, sizeof text, "%d!", x);
    return (int)strlen(text);
}
SHAPE int big_frame(int x)
{
    volatile char room[20000];
    room[x] = 11;
    room[19999 - x] = 2;
    return room[x] + room[19999 - x];
}
SHAPE double floats(double x) { return x * 0.25; }
SHAPE int leaf_zone(int a, int b)
{
    volatile int t[4] = {a, b, a + b, a - b};
    return t[0] * t[1] + t[2] + t[3];
}

int (*const table[])(int) = {plain, hot, elsewhere, patchable, patchable_before, cold, callee, tail};
enum { COUNT = sizeof table / sizeof *table };

SHAPE int all(int x)
{
    int sum = 0;
    for (int i = 0; i < COUNT; i++)
        sum += table[i](x);
    return sum;
}

SHAPE int by_name(int x)
{
    nothing();
    note(x);
    return plain(x) + hot(x) + elsewhere(x) + patchable(x) + patchable_before(x) + cold(x) + callee(x) + tail(x);
}

void report(int x)
{
    int through_pointers = all(x), by_names = by_name(x), left = seen;
    printf("%d %d | %d %d %d", through_pointers, by_names, constant(), zero(), left);
    printf(" | %d %d %d %.1f %d\n", loops("four"), framed(x), big_frame(x), floats(x), leaf_zone(x, 2));
    fflush(stdout);
}

void (*volatile reporter)(int) = report;

int main(void)
{
    char line[64];
    int x;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &x) == 1)
        reporter(x);
    return 0;
}
