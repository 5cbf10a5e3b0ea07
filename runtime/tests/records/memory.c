// Memory is bounded by living objects, and running out of it is no crash.
#define _GNU_SOURCE
#include "check.h"

#define LIVING 2000
#define CYCLES 4000000

static const struct polus_extension_type types[] = {
    { "small", 32, 8, 0 }, { "middle", 100, 100, 0 }, { "large", 500, 3000, 0 }
};

static long resident(void)
{
    long total, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file && fscanf(file, "%ld %ld", &total, &pages) == 2);
    fclose(file);
    return pages * 4096;
}

static void cycles(int count)
{
    static void *living[LIVING];
    unsigned random = 1;
    while (count-- > 0) {
        random = random * 1103515245 + 12345;
        int at = (random >> 8) % LIVING;
        const struct polus_extension_type *type = &types[at % 3];
        if (living[at]) {
            CHECK(*(long *)polus_extension(living[at], type) == at);
            polus_extension_free(living[at]);
        }
        living[at] = malloc(type->object_size + (random >> 24));
        CHECK(*(long *)polus_extension(living[at], type) == 0);
        *(long *)polus_extension(living[at], type) = at;
    }
}

static void bounded(void)
{
    cycles(CYCLES / 4);
    long before = resident();
    cycles(CYCLES);
    long grown = resident() - before;
    if (grown > 512 << 10) {
        fprintf(stderr, "grown by %ld bytes\n", grown);
        abort();
    }
}

static long used(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file && fscanf(file, "%ld", &pages) == 1);
    fclose(file);
    return pages * 4096;
}

// In a child, for the runtime keeps what it has.
static void limited(long more, long objects)
{
    int status;
    char *memory = mmap(0, objects * 32, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = { used() + more, used() + more };
        long kept = 0;
        CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
        const struct polus_extension_type *const own[] = { &types[0] };
        const struct polus_patch begun = { .extension_types = own, .extension_type_count = 1 };
        CHECK((polus_extension_enrol(&begun) == POLUS_ENROLLED) == (more > 0));
        for (long i = 0; i < objects; i++)
            *(long *)polus_extension(memory + i * 32, &types[0]) = i + 1;
        for (long i = 0; i < objects; i++)
            kept += *(long *)polus_extension(memory + i * 32, &types[0]) == i + 1;
        unsigned long long lost = polus_extension_lost;
        // every object has its own, or there was no memory
        CHECK(kept == objects ? lost == 0 : lost > 0);
        CHECK(more == 0 || kept > (more > 8 << 20 ? 100000 : 1000));
        // what is dropped can be used again
        polus_extension_fresh(memory, objects * 32);
        polus_extension_lost = 0;
        for (long i = 0; i < kept - 1; i++)
            *(long *)polus_extension(memory + i * 32, &types[0]) = i + 1;
        for (long i = 0; i < kept - 1; i++)
            CHECK(*(long *)polus_extension(memory + i * 32, &types[0]) == i + 1);
        CHECK(polus_extension_lost == 0);
        // no object of this size fits into the spare record
        struct polus_extension_type huge = { "huge", 32, 20 << 20, 0 };
        const struct polus_extension_type *const list[] = { &huge };
        const struct polus_patch patch = { .extension_types = list, .extension_type_count = 1 };
        if (more < 8 << 20)
            CHECK(polus_extension_enrol(&patch) == POLUS_ENROLLED_NO_MEMORY);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int main(void)
{
    limited(0, 1000);
    limited(300 << 10, 100000);
    limited(2 << 20, 1000000);
    limited(16 << 20, 1000000);
    limited(1 << 30, 1000000);
    bounded();
    return 0;
}
