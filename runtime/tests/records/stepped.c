// A signal handler between two instructions of each operation: it uses, drops and
// copies records in the same lists, or the process is forked there and the interrupted
// thread is gone.
#define _GNU_SOURCE
#include "check.h"

#define OBJECTS 3
#define TRAP_FLAG 0x100
// Instructions between two interruptions of one operation: nobody gets on who is
// interrupted at each.
#define APART 7
// Of the interruptions, those in which the process is forked.
#define FORKS 14
// Of an operation's instructions, so many are tried, for single steps are slow in virtual
// machines; with an argument all of them.
#define POINTS 40

struct object {
    long number, reserved[3];
};
// All in one list; the upper half is the handler's.
static struct object objects[2 * OBJECTS] __attribute__((aligned(512)));
static long model[OBJECTS];
static int starts, forks, handled, target, rounds, tries, all;

static void start(void *object, void *fields)
{
    starts++;
    *(long *)fields = ((struct object *)object)->number + 1;
}

static const struct polus_extension_type plain = { "plain", sizeof(struct object), 8, 0 };
static const struct polus_extension_type started = { "started", sizeof(struct object), 8, start };

static long *of(struct object *object)
{
    return polus_extension(object, &plain);
}

static void untouched(int but)
{
    for (int i = 0; i < OBJECTS; i++)
        if (i != but)
            CHECK(*of(&objects[i]) == model[i]);
}

static int busy = -1; // the object that is being worked on

static void handler_work(void)
{
    struct object *own = objects + OBJECTS;
    int at = handled % OBJECTS;
    *of(&own[at]) = handled;
    polus_extension_copy(&own[(at + 1) % OBJECTS], &own[at], sizeof *own);
    CHECK(*of(&own[(at + 1) % OBJECTS]) == handled);
    polus_extension_fresh(&own[at], sizeof *own);
    CHECK(*of(&own[at]) == 0);
    if (handled % 3 == 0)
        polus_extension_fresh(own, OBJECTS * sizeof *own);
    if (busy >= 0)
        of(&objects[busy]); // the same one as the interrupted code
    if (handled % 5 == 0)
        untouched(busy);
}

// Leaves the list of free records with the same one first as before, and another second.
static void reorder_free(void)
{
    struct object *own = objects + OBJECTS;
    of(&own[0]);
    *of(&own[1]) = 99;
    polus_extension_fresh(&own[0], sizeof *own);
    polus_extension_fresh(&own[0], sizeof *own);
}

// Nobody got the record that the handler uses.
static void check_reordered(void)
{
    static struct object others[4];
    struct object *own = objects + OBJECTS;
    for (int i = 0; i < 4; i++)
        *of(&others[i]) = i;
    CHECK(*of(&own[1]) == 99);
    for (int i = 0; i < 2; i++) {
        polus_extension_fresh(others, sizeof others);
        polus_extension_fresh(own, OBJECTS * sizeof *own);
    }
}

// The interrupted operation is never finished here.
static void in_a_child(void)
{
    alarm(20);
    untouched(busy);
    for (int round = 0; round < 3; round++) {
        polus_extension_fresh(objects, sizeof objects);
        for (int i = 0; i < 2 * OBJECTS; i++) {
            CHECK(*of(&objects[i]) == 0);
            *of(&objects[i]) = i;
        }
        for (int i = 0; i < 2 * OBJECTS; i++)
            CHECK(*of(&objects[i]) == i);
    }
    _exit(0);
}

static void on_trap(int signal)
{
    (void)signal;
    handled++;
    if (!target || (handled != target && handled != target + APART))
        return;
    if (handled == target && tries % FORKS == 0) {
        int status;
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0)
            in_a_child();
        CHECK(waitpid(child, &status, 0) == child && status == 0);
        forks++;
    }
    if (tries % 2 && handled == target)
        reorder_free();
    else if (tries % 2 == 0)
        handler_work();
}

static inline void step(int on)
{
    if (on)
        __asm__ volatile("pushfq; orq %0, (%%rsp); popfq" : : "i"(TRAP_FLAG) : "cc", "memory");
    else
        __asm__ volatile("pushfq; andq %0, (%%rsp); popfq" : : "i"(~TRAP_FLAG) : "cc", "memory");
}

#define STEPPED(operation) \
    do {                   \
        handled = 0;       \
        step(1);           \
        operation;         \
        step(0);           \
    } while (0)

static void found(int at);

// Interrupts the operation at its first instruction, then further on, to its last.
static void everywhere(void (*operation)(int), int at)
{
    int before = forks, stride = 1;
    target = 0;
    operation(at);
    if (!all && operation != found)
        stride = handled / POINTS + 1;
    for (target = 1; target == 1 || handled >= target - stride; target += stride) {
        for (int round = 0; round < 2; round++) {
            tries++;
            polus_extension_fresh(objects + OBJECTS, OBJECTS * sizeof *objects);
            polus_extension_fresh(objects + OBJECTS, OBJECTS * sizeof *objects);
            operation(at);
            if (tries % 2 && handled >= target)
                check_reordered();
        }
    }
    CHECK(forks > before);
    target = 0;
    untouched(-1);
}

static void found(int at)
{
    long *fields;
    polus_extension_fresh(&objects[at], sizeof *objects);
    model[at] = 0;
    busy = at;
    STEPPED(fields = polus_extension_find(&objects[at], &plain));
    busy = -1;
    CHECK(fields == of(&objects[at]) && *fields == 0);
    *fields = model[at] = ++rounds;
}

static void found_again(int at)
{
    long *fields;
    busy = at;
    STEPPED(fields = polus_extension_find(&objects[at], &plain));
    busy = -1;
    CHECK(*fields == model[at]);
}

static void dropped(int at)
{
    *of(&objects[at]) = model[at] = 0;
    busy = at;
    STEPPED(polus_extension_fresh(&objects[at], sizeof *objects));
    busy = -1;
    CHECK(*of(&objects[at]) == 0);
}

static void copied(int at)
{
    int from = (at + 1) % OBJECTS;
    *of(&objects[from]) = model[from] = ++rounds;
    *of(&objects[at]) = 0;
    busy = at;
    STEPPED(polus_extension_copy(&objects[at], &objects[from], sizeof *objects));
    busy = -1;
    model[at] = model[from];
    CHECK(*of(&objects[at]) == model[from]);
}

static void started_here(int at)
{
    static struct object object;
    long *fields;
    object.number = at;
    starts = 0;
    polus_extension_fresh(&object, sizeof object);
    STEPPED(fields = polus_extension_find(&object, &started));
    CHECK(*fields == at + 1 && starts == 1 && fields == polus_extension_find(&object, &started));
}

static void made_new(int at)
{
    static struct object object;
    object.number = at;
    starts = 0;
    CHECK(*(long *)polus_extension_find(&object, &started) == at + 1 || starts == 0);
    STEPPED(polus_extension_new(&object, 1, &started));
    CHECK(*(long *)polus_extension(&object, &started) == 0);
}

static void moved(int larger)
{
    struct object *block = malloc(3 * sizeof *block);
    for (int object = 0; object < 3; object++)
        *of(block + object) = object + 1;
    STEPPED(block = polus_extension_realloc(block, larger * sizeof *block));
    for (int object = 0; object < 3; object++)
        CHECK(*of(block + object) == object + 1);
    polus_extension_free(block);
}

static void freed(int count)
{
    struct object *block = malloc(count * sizeof *block), *again;
    for (int object = 0; object < count; object++)
        *of(block + object) = object + 1;
    STEPPED(polus_extension_free(block));
    again = malloc(count * sizeof *block);
    for (int object = 0; object < count; object++)
        CHECK(*of(again + object) == 0);
    free(again);
}

int main(int count, char **arguments)
{
    (void)arguments;
    all = count > 1;
    struct sigaction action = { .sa_handler = on_trap };
    // everything is bound before the first step
    polus_extension_free(polus_extension_realloc(malloc(9), 99));
    polus_extension_copy(&objects[1], &objects[0], sizeof *objects);
    polus_extension_new(objects, 1, &started);
    sigaction(SIGTRAP, &action, 0);
    everywhere(found, 0);
    everywhere(found_again, 2);
    everywhere(dropped, 1);
    everywhere(copied, 2);
    everywhere(started_here, 1);
    everywhere(made_new, 2);
    everywhere(moved, 4);
    everywhere(moved, 99);
    everywhere(freed, 2);
    CHECK(polus_extension_lost == 0);
    return 0;
}
