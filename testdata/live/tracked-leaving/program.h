#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>

void act(int n);

static sem_t begin, done, never;
static volatile char order;
static volatile int number;
static jmp_buf outside;
static pthread_t thread;
static char stack[1 << 16];

static void wait_for_order(void)
{
    while (sem_wait(&begin))
        ;
}

static volatile int inside;

/* Stays until it is told how to leave. */
__attribute__((noinline, noclone)) int hold(void)
{
    int result = 1;
    inside = 1; /* so that no loop begins among the first bytes */
    for (;;) {
        wait_for_order();
        if (order == 'W')
            state.value = number;
        else if (order == 'R')
            printf("held value %d\n", state.value);
        else if (order == 'L')
            longjmp(outside, 1);
        else if (order == 'E')
            pthread_exit(0);
        else if (order == 'H')
            raise(SIGUSR1);
        else
            return result;
        fflush(stdout);
        sem_post(&done);
    }
}

/* On a stack of its own, in the middle of the old function. */
static void on_signal(int signal)
{
    sem_post(&done);
    wait_for_order();
    printf("handler: value %d\n", state.value);
    fflush(stdout);
    if (order == 'L')
        longjmp(outside, 1);
}

static void *holder(void *unused)
{
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternate, 0);
    if (!setjmp(outside))
        hold();
    puts("left");
    fflush(stdout);
    sem_post(&done);
    while (sem_wait(&never))
        ;
    return unused;
}

static void start(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK | SA_NODEFER};
    sigaction(SIGUSR1, &action, 0);
    sem_init(&begin, 0, 0);
    sem_init(&done, 0, 0);
    sem_init(&never, 0, 0);
    pthread_create(&thread, 0, holder, 0);
}

static void serve(void)
{
    char line[64];
    while (fgets(line, sizeof line, stdin)) {
        number = atoi(line + 1);
        if (*line == 'a')
            act(number);
        else if (*line == 'c') {
            pthread_cancel(thread);
            pthread_join(thread, 0);
            puts("cancelled");
        } else if (*line == 'n') { /* another thread enters */
            pthread_create(&thread, 0, holder, 0);
            puts("entered");
        } else {
            order = *line;
            sem_post(&begin);
            if (order == 'E')
                pthread_join(thread, 0);
            else
                sem_wait(&done);
            puts("done");
        }
        fflush(stdout);
    }
}
