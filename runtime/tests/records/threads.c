// Threads make, use, copy and drop records of neighbouring objects, and race for the same
// one; meanwhile the process forks, and each child goes on with all of them.
#define _GNU_SOURCE
#include "check.h"

#define THREADS 8
#define OBJECTS 512
#define SECONDS 4.0

struct object {
    long number, reserved[3];
};
static struct object objects[OBJECTS][THREADS];
static struct object shared[1 << 14];
static int starts[1 << 14];
static pthread_barrier_t barrier;
static double end;
static long operations;
static int is_child;

static void start(void *object, void *fields)
{
    struct object *started = object;
    __atomic_fetch_add(&starts[started - shared], 1, __ATOMIC_RELAXED);
    for (volatile int i = 0; i < 200; i++)
        ;
    *(long *)fields = started->number + 1;
}

static const struct polus_extension_type types[] = {
    { "small", sizeof(struct object), 8, 0 },
    { "middle", sizeof(struct object), 200, 0 },
    { "other", sizeof(struct object), 8, 0 },
};
static const struct polus_extension_type started = { "started", sizeof(struct object), 8, start };

static long *of(struct object *object, int type)
{
    return polus_extension(object, &types[type]);
}

static void own_objects(int own, unsigned *random, long (*model)[3], int rounds)
{
    while (rounds-- > 0) {
        *random = *random * 1103515245 + 12345;
        int at = *random >> 8 & (OBJECTS - 1), to = *random >> 18 & (OBJECTS - 1), type = *random >> 4 & 3;
        struct object *object = &objects[at][own];
        if (type < 3) {
            long *fields = of(object, type);
            CHECK(*fields == model[at][type]);
            *fields = model[at][type] = *random;
        } else if (*random >> 28 < 8) {
            polus_extension_fresh(object, sizeof *object);
            memset(model[at], 0, sizeof model[at]);
        } else {
            polus_extension_copy(&objects[to][own], object, sizeof *object);
            memcpy(model[to], model[at], sizeof model[at]);
        }
    }
}

static void check_all(int own, long (*model)[3])
{
    for (int at = 0; at < OBJECTS; at++)
        for (int type = 0; type < 3; type++)
            CHECK(*of(&objects[at][own], type) == model[at][type]);
}

static void *work(void *argument)
{
    int own = (long)argument;
    unsigned random = own * 77 + 1;
    long model[OBJECTS][3] = { 0 };
    for (unsigned race = 0; now() < end; race++) {
        own_objects(own, &random, model, 2000);
        __atomic_fetch_add(&operations, 2000, __ATOMIC_RELAXED);
    }
    check_all(own, model);
    return 0;
}

// All threads look the same object up at the same time.
static void *race(void *unused)
{
    (void)unused;
    for (int i = 0; i < 1 << 14; i++) {
        if (i % 64 == 0)
            pthread_barrier_wait(&barrier);
        CHECK(*(long *)polus_extension(&shared[i], &started) == i + 1);
        CHECK(*(long *)polus_extension(&shared[i], &types[0]) == 0);
    }
    return 0;
}

// What other threads were in the middle of stays so; all can be looked at and dropped.
static void in_a_child(void)
{
    static long model[OBJECTS][3];
    unsigned random = 5;
    is_child = 1;
    alarm(20);
    for (int own = 0; own < THREADS; own++)
        for (int at = 0; at < OBJECTS; at++)
            for (int type = 0; type < 3; type++)
                of(&objects[at][own], type)[0]++;
    polus_extension_fresh(objects, sizeof objects);
    own_objects(3, &random, model, 20000);
    check_all(3, model);
    _exit(0);
}

static void fork_on(void)
{
    while (now() < end) {
        int status;
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0)
            in_a_child();
        CHECK(waitpid(child, &status, 0) == child && status == 0);
    }
}

int main(void)
{
    pthread_t threads[THREADS];
    pthread_barrier_init(&barrier, 0, THREADS);
    for (int i = 0; i < 1 << 14; i++)
        shared[i].number = i;
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], 0, race, (void *)i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], 0);
    for (int i = 0; i < 1 << 14; i++)
        CHECK(starts[i] == 1);
    end = now() + SECONDS;
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], 0, work, (void *)i);
    fork_on();
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], 0);
    CHECK(operations > 100000 && polus_extension_lost == 0);
    return 0;
}
