// One thread: what find, fresh, new, copy, realloc and free do to records.
#define _GNU_SOURCE
#include "check.h"

struct pair {
    long first, second;
};
static int starts;
static void start(void *object, void *fields)
{
    starts++;
    ((struct pair *)fields)->first = *(long *)object + 1;
}

static const struct polus_extension_type plain = { "struct plain", 32, 8, 0 };
static const struct polus_extension_type inner = { "struct inner", 16, 24, 0 };
static const struct polus_extension_type started = { "struct started", 32, sizeof(struct pair), start };
static const struct polus_extension_type large = { "struct large", 64, 3 << 20, 0 };

static long *of(const volatile void *object)
{
    return polus_extension(object, &plain);
}

static void found_again(void)
{
    char objects[10][32];
    for (int i = 0; i < 10; i++)
        CHECK(*of(objects[i]) == 0);
    for (int i = 0; i < 10; i++)
        *of(objects[i]) = i;
    for (int i = 0; i < 10; i++)
        CHECK(*of(objects[i]) == i && polus_extension_find(objects[i], &plain) == of(objects[i]));
    CHECK((unsigned long)of(objects[0]) % 16 == 0);
    // another type at the same address has its own
    long *other = polus_extension(objects[3], &inner);
    CHECK(other != of(objects[3]) && *other == 0);
    other[2] = 77;
    CHECK(*of(objects[3]) == 3);
    polus_extension_fresh(objects[2], 2 * 32);
    CHECK(*of(objects[1]) == 1 && *of(objects[2]) == 0 && *of(objects[3]) == 0 && *of(objects[4]) == 4);
    CHECK(((long *)polus_extension(objects[3], &inner))[2] == 0);
    polus_extension_fresh(objects, sizeof objects);
}

static void null_is_null(void)
{
    CHECK((unsigned long)of(0) < 4096 && of(0) != 0);
}

static void started_once(void)
{
    long objects[3][4] = { { 10 }, { 20 }, { 30 } };
    starts = 0;
    for (int i = 0; i < 9; i++)
        CHECK(((struct pair *)polus_extension(objects[i % 3], &started))->first == objects[i % 3][0] + 1);
    CHECK(starts == 3);
    polus_extension_new(objects, 2, &started);
    for (int i = 0; i < 9; i++)
        CHECK(((struct pair *)polus_extension(objects[i % 3], &started))->first == (i % 3 == 2 ? 31 : 0));
    CHECK(starts == 3);
    polus_extension_fresh(objects, sizeof objects);
    CHECK(((struct pair *)polus_extension(objects[1], &started))->first == 21 && starts == 4);
    polus_extension_fresh(objects, sizeof objects);
}

// Every distance between two overlapping ranges gives what a model gives.
static void copied(void)
{
    static char block[64 * 32] __attribute__((aligned(32)));
    unsigned random = 1;
    for (int round = 0; round < 3000; round++) {
        long model[64];
        char has[64];
        polus_extension_fresh(block, sizeof block);
        for (int i = 0; i < 64; i++) {
            random = random * 1103515245 + 12345;
            has[i] = random >> 16 & 1;
            model[i] = has[i] ? i + 1 : 0;
            if (has[i])
                *of(block + i * 32) = i + 1;
        }
        random = random * 1103515245 + 12345;
        int to = random >> 16 & 31, from = random >> 21 & 31, count = random >> 26 & 31;
        memmove(model + to, model + from, count * sizeof *model);
        polus_extension_copy(block + to * 32, block + from * 32, count * 32);
        for (int i = 0; i < 64; i++)
            CHECK(*of(block + i * 32) == model[i]);
    }
    // an object that is written in part keeps its fields
    polus_extension_fresh(block, sizeof block);
    *of(block) = 5;
    *of(block + 320) = 6;
    polus_extension_copy(block + 320, block, 31);
    CHECK(*of(block + 320) == 6 && *of(block) == 5);
    polus_extension_fresh(block, sizeof block);
}

static void moved(void)
{
    long sum = 0, count = 4;
    char *array = malloc(count * 32);
    for (long i = 0; i < count; i++)
        *of(array + i * 32) = i + 1;
    for (; count < 1 << 15; count *= 2) {
        array = count & 1 << 9 ? polus_extension_reallocarray(array, 2 * count, 32)
                               : polus_extension_realloc(array, 2 * count * 32);
        for (long i = 0; i < 2 * count; i++)
            CHECK(*of(array + i * 32) == (i < count ? i + 1 : 0));
        for (long i = 0; i < 2 * count; i++)
            *of(array + i * 32) = i + 1;
    }
    CHECK(polus_extension_realloc(array, 1ul << 62) == 0);
    CHECK(polus_extension_reallocarray(array, 1ul << 62, 32) == 0);
    for (long i = 0; i < count; i++)
        sum += *of(array + i * 32);
    CHECK(sum == count * (count + 1) / 2);
    array = polus_extension_realloc(array, 3 * 32 + 31);
    array = polus_extension_realloc(array, count * 32);
    for (long i = 0; i < 8; i++)
        CHECK(*of(array + i * 32) == (i < 3 ? i + 1 : 0));
    polus_extension_free(array);
    char *again = malloc(count * 32);
    for (long i = 0; i < count; i++)
        CHECK(*of(again + i * 32) == 0);
    polus_extension_free(again);
    polus_extension_free(0);
    again = polus_extension_realloc(0, 64);
    *of(again) = 9;
    CHECK(polus_extension_realloc(again, 0) == 0);
}

static long named[3][4] = { { 1 }, { 2 }, { 3 } };
static struct {
    struct polus_extension head;
    struct pair fields;
} companions[3], lone;
static long one[4];
static const struct polus_extension_type *const types[] = { &plain, &started, &large };
static const struct polus_companion table[] = {
    { named, 3, companions, sizeof companions[0], &started },
    { one, 1, &lone, sizeof lone, &plain },
};
static const struct polus_patch patch = {
    .companions = table, .companion_count = 2, .extension_types = types, .extension_type_count = 3
};

static void enrolled(void)
{
    for (int i = 0; i < 3; i++)
        CHECK(polus_extension_enrol(&patch) == POLUS_ENROLLED);
    CHECK(of(one) == (long *)&lone.fields);
    starts = 0;
    for (int i = 0; i < 6; i++) {
        struct pair *fields = polus_extension(named[i % 3], &started);
        CHECK(fields == &companions[i % 3].fields && fields->first == i % 3 + 2);
    }
    CHECK(starts == 3);
    // they are emptied, and never taken away
    companions[1].fields.second = 8;
    polus_extension_new(named[1], 1, &started);
    CHECK(polus_extension(named[1], &started) == &companions[1].fields);
    CHECK(companions[1].fields.first == 0 && companions[1].fields.second == 0 && starts == 3);
    companions[2].fields.second = 9;
    polus_extension_copy(named[1], named[2], sizeof named[1]);
    CHECK(companions[1].fields.second == 9 && polus_extension(named[1], &started) == &companions[1].fields);
    polus_extension_fresh(named, sizeof named);
    CHECK(companions[2].fields.second == 0);
    polus_extension_copy(named[1], named[2], sizeof named[1]); // of one whose start has not run
    CHECK(((struct pair *)polus_extension(named[1], &started))->first == 3 && starts == 4);
    CHECK(polus_extension_enrol(&patch) == POLUS_ENROLLED && of(one) == (long *)&lone.fields);
    static const struct polus_companion unbound[] = { { 0, 1, companions, sizeof companions[0], &started } };
    static const struct polus_patch wrong = { .companions = unbound, .companion_count = 1 };
    CHECK(polus_extension_enrol(&wrong) == POLUS_ENROLLED_NO_OBJECT);
}

static void of_any_size(void)
{
    static char objects[64][64];
    for (unsigned long size = 1; size < 1 << 16; size += size / 7 + 1) {
        struct polus_extension_type *type = calloc(1, sizeof *type);
        *type = (struct polus_extension_type){ "", 64, size, 0 };
        for (int i = 0; i < 64; i++)
            memset(polus_extension(objects[i], type), i + 1, size);
        for (int i = 0; i < 64; i++)
            for (unsigned long byte = 0; byte < size; byte++)
                CHECK(((char *)polus_extension(objects[i], type))[byte] == i + 1);
        polus_extension_fresh(objects, sizeof objects);
        for (int i = 0; i < 64; i++)
            for (unsigned long byte = 0; byte < size; byte++)
                CHECK(((char *)polus_extension(objects[i], type))[byte] == 0);
        polus_extension_fresh(objects, sizeof objects);
    }
}

int main(void)
{
    enrolled();
    found_again();
    null_is_null();
    started_once();
    copied();
    moved();
    of_any_size();
    CHECK(polus_extension_lost == 0);
    return 0;
}
