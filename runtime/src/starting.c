// The author's `start` of a record: it runs once, in the thread that first uses the
// fields of an object. Others wait for it, but not for ever: not within `start` itself
// or a signal handler on top of it, not in a child whose parent's thread ran it, and
// not longer than a while for one that waits for a lock of theirs, or never comes back.
#define _GNU_SOURCE
#include <polus/extend.h>
#include <polus/memory.h>
#include <polus/records.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif
#define PAGE 4096
#define NUMBER_SHIFT 4
#define NUMBERS ((1u << 17) - 1)
#define THREAD_SHIFT 21
#define WAITS 20
#define WAIT_NANOSECONDS 50000000

static unsigned *own_number; // zero in a child that was forked lately
static unsigned numbers;

static unsigned process_number(void)
{
    unsigned *place = __atomic_load_n(&own_number, __ATOMIC_ACQUIRE);
    if (!place)
        return 0;
    unsigned number = __atomic_load_n(place, __ATOMIC_ACQUIRE);
    if (number)
        return number;
    unsigned next = __atomic_add_fetch(&numbers, 1, __ATOMIC_ACQ_REL) % NUMBERS + 1;
    if (__atomic_compare_exchange_n(place, &number, next, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return next;
    return number;
}

void polus_start_prepare(void)
{
    if (__atomic_load_n(&own_number, __ATOMIC_ACQUIRE))
        return;
    void *page = polus_pages(PAGE), *none = 0;
    long arguments[6] = { (long)page, PAGE, MADV_WIPEONFORK };
    if (!page)
        return;
    if (polus_raw(SYS_madvise, arguments) != 0 ||
        !__atomic_compare_exchange_n((void **)&own_number, &none, page, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        polus_release(page, PAGE);
}

// A thread is told by its thread pointer, which takes no system call that a filter may forbid.
unsigned long long polus_start_state(void)
{
    unsigned long long thread;
    __asm__("mov %%fs:0, %0" : "=r"(thread));
    return thread >> 4 << THREAD_SHIFT | (unsigned long long)process_number() << NUMBER_SHIFT | POLUS_STARTING;
}

static long futex(unsigned long long *state, int operation, unsigned value, const long *timeout)
{
    long arguments[6] = { (long)state, operation | FUTEX_PRIVATE_FLAG, value, (long)timeout, 0, 0 };
    return polus_raw(SYS_futex, arguments);
}

static void end(struct polus_extension *record)
{
    if (__atomic_exchange_n(&record->state, POLUS_READY, __ATOMIC_ACQ_REL) & POLUS_WAITED_FOR)
        futex(&record->state, FUTEX_WAKE, 0x7fffffff, 0);
}

// The record is in the state that polus_start_state gave.
void polus_start_run(struct polus_extension *record, const volatile void *object,
                     const struct polus_extension_type *type)
{
    if (type->start)
        type->start((void *)object, record + 1);
    end(record);
}

static void run_anew(struct polus_extension *record, const volatile void *object,
                     const struct polus_extension_type *type)
{
    unsigned char *fields = (unsigned char *)(record + 1);
    for (unsigned long long i = 0; i < type->size; i++)
        fields[i] = 0;
    polus_start_run(record, object, type);
}

// Gives whether the fields may be cached.
int polus_start_wait(struct polus_extension *record, const volatile void *object,
                     const struct polus_extension_type *type)
{
    const long timeout[2] = { 0, WAIT_NANOSECONDS };
    const unsigned long long number = (unsigned long long)NUMBERS << NUMBER_SHIFT;
    unsigned long long mine = polus_start_state(), state = __atomic_load_n(&record->state, __ATOMIC_ACQUIRE);
    for (unsigned waits = 0; state != POLUS_READY;) {
        if ((state & ~POLUS_WAITED_FOR) == mine)
            return 0;
        int nobody = state & POLUS_UNSTARTED || (state & number) != (mine & number);
        unsigned long long next = nobody ? mine : state | POLUS_WAITED_FOR;
        if (!__atomic_compare_exchange_n(&record->state, &state, next, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            continue;
        if (nobody) {
            run_anew(record, object, type);
            return 1;
        }
        if (waits++ == WAITS)
            end(record);
        else
            futex(&record->state, FUTEX_WAIT, (unsigned)next, timeout);
        state = __atomic_load_n(&record->state, __ATOMIC_ACQUIRE);
    }
    return 1;
}
