#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#define SIZE (1 << 16)

void act(int n);

static char order;
static int number;
static void *stack;

static ucontext_t outside, inside;
#if HOW == 1
static jmp_buf out, in;
static int begun;
#define YIELD() (_setjmp(in) ? (void)0 : _longjmp(out, 1))
#define RESUME() (_setjmp(out) ? (void)0 : begun ? _longjmp(in, 1) : (begun = 1, (void)swapcontext(&outside, &inside)))
#elif HOW == 0
#define YIELD() (void)swapcontext(&inside, &outside)
#define RESUME() (void)swapcontext(&outside, &inside)
#endif

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
    getcontext(&inside);
    inside.uc_stack.ss_sp = stack;
    inside.uc_stack.ss_size = SIZE;
    inside.uc_link = &outside;
    makecontext(&inside, body, 0);
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
