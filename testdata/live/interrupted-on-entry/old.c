// A signal handler that has not returned will go on behind the first instruction of a replaced
// function: its entry must not be rewritten before.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

static int value = 5;

__attribute__((noinline, noclone, optimize("O2", "omit-frame-pointer"))) int rate(const int *place)
{
    return *place;
}

// a function that is called through pointers begins with endbr64
__attribute__((used)) int (*volatile called_through)(const int *) = rate;

static void handler(int signal, siginfo_t *info, void *context)
{
    char line[64];
    puts("in handler");
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin))
        raise(SIGKILL);
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_RDI] = (greg_t)&value;
    (void)signal;
    (void)info;
}

int main(void)
{
    char line[64];
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &action, 0);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        int *volatile place = *line == 'f' ? 0 : &value;
        printf("rate %d\n", rate(place));
        fflush(stdout);
    }
    return 0;
}
