// `start` runs in one thread while others want the fields, are forked away, or hold what
// it waits for.
#define _GNU_SOURCE
#include "check.h"
#include <setjmp.h>

struct object {
    long number;
    struct object *nested;
};
static int entered[2], leave[2], starts, recursive;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int wants_lock, blocks;
static sigjmp_buf out;

static const struct polus_extension_type type;

static void start(void *object, void *fields)
{
    char byte = 0;
    struct object *started = object;
    __atomic_fetch_add(&starts, 1, __ATOMIC_RELAXED);
    CHECK(*(long *)fields == 0);
    if (recursive) {
        *(long *)polus_extension(object, &type) = 5;
        CHECK(*(long *)fields == 5);
    }
    if (blocks) {
        CHECK(write(entered[1], &byte, 1) == 1 && read(leave[0], &byte, 1) == 1);
    }
    if (wants_lock)
        pthread_mutex_lock(&lock);
    if (started->nested)
        *(long *)fields = *(long *)polus_extension(started->nested, &type);
    *(long *)fields += started->number;
    if (wants_lock)
        pthread_mutex_unlock(&lock);
    if (started->number == -1)
        siglongjmp(out, 1);
}

static const struct polus_extension_type type = { "object", sizeof(struct object), 8, start };

static long *of(struct object *object)
{
    return polus_extension(object, &type);
}

static void *use(void *object)
{
    CHECK(*of(object) == ((struct object *)object)->number);
    return 0;
}

static void within_itself(void)
{
    static struct object inner = { 1, 0 }, middle = { 2, &inner }, outer = { 3, &middle };
    CHECK(*of(&outer) == 6 && *of(&middle) == 3 && starts == 3);
    static struct object again = { 7, 0 };
    recursive = 1;
    CHECK(*of(&again) == 12);
    recursive = 0;
}

static void others_wait_and_children_do_not(void)
{
    static struct object object = { 42, 0 };
    pthread_t threads[4];
    char byte = 0;
    int status;
    blocks = 1;
    starts = 0;
    pthread_create(&threads[0], 0, use, &object);
    CHECK(read(entered[0], &byte, 1) == 1);
    for (int i = 1; i < 4; i++)
        pthread_create(&threads[i], 0, use, &object);
    pid_t child = fork();
    if (child == 0) {
        blocks = 0;
        double before = now();
        CHECK(*of(&object) == 42 && starts == 2 && now() - before < 0.5);
        pthread_create(&threads[0], 0, use, &object);
        pthread_join(threads[0], 0);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(write(leave[1], &byte, 1) == 1);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], 0);
    CHECK(starts == 1 && *of(&object) == 42);
    blocks = 0;
}

// The thread that waits holds the lock that `start` wants: it goes on after a while.
static void no_deadlock(void)
{
    static struct object object = { 42, 0 };
    pthread_t thread;
    char byte = 0;
    blocks = wants_lock = 1;
    pthread_create(&thread, 0, use, &object);
    CHECK(read(entered[0], &byte, 1) == 1);
    pthread_mutex_lock(&lock);
    CHECK(write(leave[1], &byte, 1) == 1);
    double before = now();
    CHECK(*of(&object) == 0 && now() - before < 10);
    pthread_mutex_unlock(&lock);
    pthread_join(thread, 0);
    CHECK(*of(&object) == 42);
    blocks = wants_lock = 0;
}

static void *uses_left(void *object)
{
    CHECK(*of(object) == -1);
    return 0;
}

static void left_by_a_jump(void)
{
    static struct object object = { -1, 0 };
    pthread_t thread;
    if (sigsetjmp(out, 1) == 0)
        of(&object);
    CHECK(*of(&object) == -1);
    for (int i = 0; i < 3; i++) {
        pthread_create(&thread, 0, uses_left, &object);
        pthread_join(thread, 0);
    }
}

int main(void)
{
    static const struct polus_extension_type *const types[] = { &type };
    static const struct polus_patch patch = { .extension_types = types, .extension_type_count = 1 };
    alarm(60);
    CHECK(pipe(entered) == 0 && pipe(leave) == 0);
    CHECK(polus_extension_enrol(&patch) == POLUS_ENROLLED);
    within_itself();
    others_wait_and_children_do_not();
    no_deadlock();
    left_by_a_jump();
    return 0;
}
