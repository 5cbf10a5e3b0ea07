// Functions that others hold: tables, comparators, thread starts, handlers, destructors, stored pointers.
#define _GNU_SOURCE
#include <errno.h>
#include <execinfo.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHAPE __attribute__((noinline))

enum { VERSION = 3 };

char told[512];

SHAPE void put(int value)
{
    size_t length = strlen(told);
    snprintf(told + length, sizeof told - length, " %d", value);
}

static int ascending(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return VERSION == 1 ? x - y : y - x;
}

SHAPE int sorts(int x)
{
    int all[] = {x, 3, 9, 1, 7};
    qsort(all, 5, sizeof *all, ascending);
    int key = 9;
    int *found = bsearch(&key, all, 5, sizeof *all, ascending);
    return all[0] * 10 + (found ? (int)(found - all) : -1);
}

static int twice(int x) { return x * 2 * VERSION; }
static int square(int x) { return x * x + VERSION - 1; }
struct operation { const char *name; int (*run)(int); };
static const struct operation operations[] = {{"twice", twice}, {"square", square}};
int (*chosen)(int);
struct operation *stored[2];

SHAPE int is_known(int (*f)(int))
{
    for (int i = 0; i < 2; i++)
        if (stored[i]->run == f)
            return i + 1;
    return 0;
}

SHAPE int by_table(int x)
{
    int sum = VERSION * 1000;
    for (int i = 0; i < 2; i++)
        sum += operations[i].run(x) + stored[i]->run(x);
    return sum + chosen(x) + (chosen == twice) + is_known(square) * 100;
}

static volatile sig_atomic_t signals;
static void on_signal(int number) { signals += number == SIGUSR1 ? VERSION : 0; }
static void on_info(int number, siginfo_t *info, void *context)
{
    signals += (info->si_signo == number && context != 0) * 100 * VERSION;
}

SHAPE int delivers(int x)
{
    signals = x;
    raise(SIGUSR1);
    raise(SIGUSR2);
    return signals;
}

static int ended;
static pthread_key_t key;
static void drop(void *value) { ended += (int)(long)value * VERSION; }
static void release(void *value) { ended += 1000 * VERSION * *(int *)value; }

static void *work(void *argument)
{
    pthread_setspecific(key, (void *)10L);
    return (void *)((long)argument * VERSION);
}

SHAPE void wait_for_ever(int *in)
{
    int one = 1;
    pthread_cleanup_push(release, &one);
    *in = VERSION;
    for (;;)
        pause();
    pthread_cleanup_pop(0);
}

static void *waits(void *in)
{
    wait_for_ever(in);
    return 0;
}

SHAPE int threads(int x)
{
    pthread_t thread;
    void *result;
    volatile int in = 0;
    ended = 0;
    pthread_create(&thread, 0, work, (void *)(long)x);
    pthread_join(thread, &result);
    int sum = (int)(long)result + ended;
    ended = 0;
    pthread_create(&thread, 0, waits, (void *)&in);
    while (!in)
        usleep(100);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    return (sum + ended) * 10 + (result == PTHREAD_CANCELED);
}

SHAPE int walks(void)
{
    void *frames[32];
    int depth = backtrace(frames, 32);
    return (depth > 4) + VERSION;
}

SHAPE int library(int x)
{
    errno = 0;
    int bad = close(-1) + errno + VERSION;
    optind = 1;
    char name[] = "p", option[] = "-v", value[] = "7";
    char *arguments[] = {name, option, value, 0};
    int got = getopt(3, arguments, VERSION == 1 ? "v:" : "vw");
    fprintf(stdout, "to stdout %d\n", x * VERSION);
    fputs(VERSION == 1 ? "" : "", stderr);
    return bad * 100 + got + (optarg ? atoi(optarg) : 0) + (environ != 0) + (environ == __environ);
}

__attribute__((constructor)) static void starts(void) { chosen = VERSION == 1 ? twice : square; }
__attribute__((destructor)) static void ends(void)
{
    printf("destructor %d\n", VERSION);
    fflush(stdout);
}
static void at_exit(void) { printf("atexit %d\n", VERSION); }
static void on_end(int status, void *argument) { printf("on_exit %d %d\n", status + VERSION, argument == told); }

SHAPE void all(int x)
{
    put(sorts(x));
    put(by_table(x));
    put(delivers(x));
    put(threads(x));
    put(walks());
    put(library(x));
}

void (*volatile reporter)(int) = all;

int main(void)
{
    char line[64];
    int x;
    stored[0] = malloc(sizeof *stored[0]);
    stored[1] = malloc(sizeof *stored[1]);
    *stored[0] = operations[0];
    *stored[1] = operations[1];
    struct sigaction action = {.sa_sigaction = on_info, .sa_flags = SA_SIGINFO};
    signal(SIGUSR1, on_signal);
    sigaction(SIGUSR2, &action, 0);
    pthread_key_create(&key, drop);
    atexit(at_exit);
    on_exit(on_end, told);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &x) == 1) {
        told[0] = 0;
        reporter(x);
        printf("%d:%s\n", x, told);
        fflush(stdout);
    }
    return 0;
}
