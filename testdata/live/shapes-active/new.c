// Jumps between frames of both versions: old frames that new code jumps to, and the other way round;
// an entry whose first bytes lie in two pages, replaced while its function is active.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <alloca.h>

#define SHAPE __attribute__((noinline))

enum { VERSION = 2 };

jmp_buf home;

SHAPE int ask(void)
{
    char line[64];
    puts("inside");
    fflush(stdout);
    return fgets(line, sizeof line, stdin) ? atoi(line) : 0;
}

SHAPE __attribute__((noreturn)) void leave(int x)
{
    longjmp(home, x * 10 + VERSION);
}

SHAPE int deeper(int depth)
{
    volatile char *room = alloca((size_t)depth * 16 + VERSION);
    room[0] = (char)depth;
    if (depth > 0)
        return deeper(depth - 1) + room[0] * 0 + VERSION;
    leave(ask());
}

SHAPE int jumps(int x)
{
    volatile int kept = x * VERSION;
    int got = setjmp(home);
    if (got)
        return got * 1000 + kept;
    return deeper(x);
}

SHAPE int returns(int depth)
{
    int size = depth + VERSION;
    int array[size];
    for (int i = 0; i < size; i++)
        array[i] = i;
    int below = depth > 0 ? returns(depth - 1) : ask();
    return below * 10 + array[size - 1] % 10;
}

/* Two bytes of the entry lie in one page, three in the next. */
int crossing(int x);
#if defined __x86_64__
__asm__(".pushsection .text.crossing, \"ax\", @progbits\n\t.p2align 12\n\t.skip 4094, 0xcc\n\t.popsection");
#endif
SHAPE __attribute__((section(".text.crossing"), aligned(2))) int crossing(int x)
{
    int got = ask();
    return got * 100 + x + VERSION;
}

int (*volatile functions[])(int) = {jumps, returns, crossing};

int main(void)
{
    char line[64];
    int which, x;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d %d", &which, &x) == 2) {
        printf("got %d\n", functions[which](x));
        fflush(stdout);
    }
    return 0;
}
