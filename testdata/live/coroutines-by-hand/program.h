#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define SIZE (1 << 16)

void act(int n);

static char order;
static int number;
static void *stack;

/* Saves what a call keeps on the one stack, and goes on on the other. */
__attribute__((naked, noinline, noclone)) static void switch_stacks(void **from, void *to)
{
    __asm__("pushq %rbp\n"
            "pushq %rbx\n"
            "pushq %r12\n"
            "pushq %r13\n"
            "pushq %r14\n"
            "pushq %r15\n"
            "movq %rsp, (%rdi)\n"
            "movq %rsi, %rsp\n"
            "popq %r15\n"
            "popq %r14\n"
            "popq %r13\n"
            "popq %r12\n"
            "popq %rbx\n"
            "popq %rbp\n"
            "ret\n");
}
static void *outside, *inside;
#define YIELD() switch_stacks(&inside, outside)
#define RESUME() switch_stacks(&outside, inside)

__attribute__((noinline, noclone)) static void yield(void)
{
    YIELD();
}

__attribute__((noinline, noclone)) static void resume(void)
{
    RESUME();
}

static volatile int entered;

/* Stays, parked most of the time, until it is told to leave. */
__attribute__((noinline, noclone)) int hold(void)
{
    int rounds = 0;
    entered = 1; /* so that no loop begins among the first bytes */
    for (;;) {
        yield();
        rounds++;
        if (order == 'W')
            state.value = number;
        else if (order == 'R')
            printf("held value %d text %s\n", state.value, state.text);
        else
            return rounds;
        fflush(stdout);
    }
}

static void body(void)
{
    for (;;) {
        printf("left after %d rounds\n", hold());
        fflush(stdout);
        if (order == 'Q')
            yield();
    }
}

static void start(void)
{
    stack = mmap(0, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void **top = (void **)((char *)stack + SIZE) - 2;
    *--top = (void *)body;
    inside = top - 6;
    resume();
}

int main(void)
{
    char line[64];
    start();
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        number = atoi(line + 1);
        order = *line;
        if (order == 'a')
            act(number);
        else if (order == 'D')
            munmap(stack, SIZE);
        else {
            resume();
            puts("done");
        }
        fflush(stdout);
    }
    return 0;
}
