// Ways of control: tail calls, non-local jumps, labels as values, switches, frames of unknown size.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <alloca.h>

#define SHAPE __attribute__((noinline))

enum { VERSION = 1 };

jmp_buf home;
char told[512];

SHAPE void put(int value)
{
    size_t length = strlen(told);
    snprintf(told + length, sizeof told - length, " %d", value);
}

/* Old code jumps to a replaced function with its own frame gone, and the other way round. */
SHAPE int end_of_tail(int x) { return x * 2 + VERSION; }
SHAPE int kept_tail(int x) { return end_of_tail(x + 1); }
SHAPE int start_of_tail(int x) { return kept_tail(x * 3 + VERSION); }

/* A function that never returns is left by longjmp. */
SHAPE __attribute__((noreturn)) void leave(int x) { longjmp(home, x + VERSION); }
SHAPE int middle(int x)
{
    if (x > 0)
        leave(x);
    return 0;
}
SHAPE int outer(int x)
{
    volatile int before = x * VERSION;
    int got = setjmp(home);
    if (got != 0)
        return got * 100 + before;
    middle(x);
    return -1;
}

SHAPE int interpret(const char *code)
{
    static void *const targets[] = {&&increment, &&twice, &&end};
    static void *writable[] = {&&end, &&twice, &&increment};
    static int runs;
    int value = VERSION;
    runs++;
    goto *targets[*code - '0'];
increment:
    value += VERSION;
    code++;
    goto *targets[*code - '0'];
twice:
    value *= 2;
    code++;
    goto *writable['2' - *code];
end:
    return value * 10 + (runs > 0);
}

SHAPE int relative(int which)
{
    static const int offsets[] = {&&zero - &&zero, &&one - &&zero, &&two - &&zero};
    int base = VERSION * 1000;
    goto *(&&zero + offsets[which]);
zero:
    return base;
one:
    return base + 1;
two:
    return base + 2;
}

SHAPE int chosen(int x)
{
    switch (x) {
    case 0: return 10 * VERSION;
    case 1: return 23;
    case 2: return 35 + VERSION;
    case 3: return 41;
    case 4: return 59;
    case 5: return 67 * VERSION;
    case 6: return 71;
    case 7 ... 20: return x;
    default: return -1;
    }
}

SHAPE int of_any_size(int n)
{
    int array[n];
    char *text = alloca((size_t)n + VERSION);
    memset(text, 'x', (size_t)n + VERSION);
    for (int i = 0; i < n; i++)
        array[i] = i + VERSION;
    return array[n - 1] + text[n - 1];
}

SHAPE const char *own_name(void) { return VERSION ? __func__ : ""; }

SHAPE int assembled(int x)
{
    int result = x;
    __asm__ goto("cmpl $5, %0\n\tje %l[five]" : : "r"(x) : "cc" : five);
    return result + VERSION;
five:
    return 55 * VERSION;
}

SHAPE long held(long x)
{
    register long r __asm__("r12") = x + VERSION;
    __asm__("leaq 1(%0), %0" : "+r"(r));
    return r;
}

SHAPE int has_caller(void) { return (__builtin_return_address(0) != 0) * VERSION; }

SHAPE int block(int x)
{
    return ({
        int t = x;
        t *= t;
        t + VERSION;
    });
}

struct clean { int *to; };
SHAPE void cleaned(struct clean *c) { *c->to += VERSION; }
SHAPE int cleans(int x)
{
    int left = 0;
    {
        __attribute__((cleanup(cleaned))) struct clean c = {&left};
        left = x * VERSION;
    }
    return left;
}

SHAPE __attribute__((noreturn)) void finish(int status)
{
    fflush(stdout);
    exit(status + VERSION - 1);
}

SHAPE void all(int x)
{
    put(start_of_tail(x));
    put(outer(x));
    put(interpret("0102"));
    put(relative(x % 3));
    put(chosen(x));
    put(of_any_size(x));
    put(own_name()[0] + own_name()[4]);
    put(assembled(x));
    put((int)held(x));
    put(has_caller());
    put(block(x));
    put(cleans(x));
}

void (*volatile reporter)(int) = all;

int main(void)
{
    char line[64];
    int x;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &x) == 1) {
        told[0] = 0;
        reporter(x);
        printf("%d:%s\n", x, told);
        fflush(stdout);
    }
    finish(0);
}
