// While variables are tracked, threads are stepped over single writes. Should the
// injector die just then, the kernel delivers the trap of that step to the program,
// which it would kill: this handler takes it instead. Other traps are the program's own.
#include <polus/patch.h>
#include <polus/registry.h>
#include <polus/memory.h>
#include <asm/unistd.h>

#define TRAP 5
#define OF_STEP 2 // TRAP_TRACE
#define OF_CALL 1 // TRAP_BRKPT, after a system call
#define WITH_INFORMATION 4ul
#define WITH_RESTORER 0x04000000ul
#define NO_HANDLER 0ul
#define IGNORED 1ul

// As the kernel lays it out.
struct action {
    unsigned long handler, flags, restorer, mask;
};

static struct action program; // what the program wants

static long set(const struct action *new, struct action *old)
{
    long arguments[6] = { TRAP, (long)new, (long)old, sizeof new->mask };
    return polus_raw(__NR_rt_sigaction, arguments);
}

// The program's own trap kills it: again, without this handler.
static void die(void)
{
    struct action none = { NO_HANDLER, 0, 0, 0 };
    long of[6] = { 0 };
    set(&none, 0);
    long arguments[6] = { polus_raw(__NR_getpid, of), polus_raw(__NR_gettid, of), TRAP };
    polus_raw(__NR_tgkill, arguments);
}

static void trapped(int signal, const int *information, void *context)
{
    if (information[2] == OF_STEP || information[2] == OF_CALL || program.handler == IGNORED)
        return;
    if (program.handler == NO_HANDLER)
        die();
    else
        ((void (*)(int, const int *, void *))program.handler)(signal, information, context);
}

// Begins to take such traps, `restorer` being the C library's way back from handlers;
// with 0 gives back what the program had.
void polus_guard(unsigned long restorer)
{
    struct action now;
    if (set(0, &now))
        return;
    int is_ours = now.handler == (unsigned long)trapped;
    if (!restorer && is_ours) {
        set(&program, 0);
    } else if (restorer && !is_ours) {
        program = now;
        struct action guard = now;
        guard.handler = (unsigned long)trapped;
        guard.flags |= WITH_INFORMATION | WITH_RESTORER;
        guard.restorer = restorer;
        set(&guard, 0);
    }
}
