// In the place of the program's free and realloc: the records of objects in a block go
// with it. The real functions are those that ld.so finds for this library, by way of its
// procedure linkage table: their addresses are never taken here, for an executable may
// have put a stub of its own in the place of one, which would lead back to here.
#include <polus/patch.h>
#include <polus/extend.h>
#include <polus/registry.h>
#include <polus/memory.h>
#include <polus/records.h>

typedef unsigned long size_type;
extern __attribute__((weak)) void free(void *);
extern __attribute__((weak)) void *realloc(void *, size_type);
extern __attribute__((weak)) void *reallocarray(void *, size_type, size_type);
extern __attribute__((weak)) size_type malloc_usable_size(void *);

// Bytes of a block that may hold objects with records.
static size_type block(void *start)
{
    struct polus_index *index = polus_index_now();
    if (!index || !start || !malloc_usable_size)
        return 0;
    unsigned long long address = (unsigned long long)start;
    size_type bytes = malloc_usable_size(start);
    return bytes > POLUS_REGION - address % POLUS_REGION || !polus_index_empty(index, address) ? bytes : 0;
}

void polus_extension_free(void *start)
{
    size_type bytes = block(start);
    if (bytes)
        polus_extension_drop_range((unsigned long long)start, (unsigned long long)start + bytes);
    free(start);
}

// Copies of the records in a block, in nobody's list. `object` stays null, so that no old
// cache entry takes them for their object's; `state` is the object's place in the block.
static unsigned detach_bucket(struct polus_index *index, unsigned long long start, unsigned long long from,
                              unsigned long long end, unsigned list)
{
    struct polus_walk walk;
    polus_walk_begin(&walk, index, from);
    while (polus_link_to(walk.link) && polus_walk_next(&walk)) {
        if (walk.object < from || walk.object >= end || walk.state & POLUS_COMPANION)
            continue;
        unsigned number = polus_record_take(walk.type);
        if (!number) {
            __atomic_fetch_add(&polus_extension_lost, 1, __ATOMIC_RELAXED);
        } else {
            struct polus_extension *copy = polus_record_at(number);
            polus_copy(copy + 1, walk.record + 1, walk.type->size);
            copy->state = walk.object - start;
            __atomic_store_n(&copy->next, polus_link_after(copy->next, list), __ATOMIC_RELEASE);
            list = number;
        }
        polus_extension_drop(&walk);
    }
    return list;
}

static unsigned detach(void *block, size_type bytes)
{
    struct polus_index *index = polus_index_now();
    unsigned long long start = (unsigned long long)block, end = start + bytes;
    unsigned list = 0;
    for (unsigned long long at = start; at < end;) {
        int empty = polus_index_empty(index, at);
        unsigned long long next = (at | (empty ? POLUS_REGION - 1 : POLUS_BUCKET - 1)) + 1;
        if (!empty)
            list = detach_bucket(index, start, at, next < end ? next : end, list);
        at = next;
    }
    return list;
}

// Gives the objects that lie wholly in the block their records.
static void attach(unsigned list, void *block, size_type bytes)
{
    while (list) {
        struct polus_extension *copy = polus_record_at(list), *record;
        unsigned long long place = copy->state, size = copy->type->object_size;
        unsigned next = polus_link_to(copy->next);
        int made;
        if (block && size <= bytes && place <= bytes - size) {
            record = polus_extension_obtain((unsigned long long)block + place, copy->type, POLUS_READY, &made);
            if (record)
                polus_copy(record + 1, copy + 1, copy->type->size);
            else
                __atomic_fetch_add(&polus_extension_lost, 1, __ATOMIC_RELAXED);
        }
        polus_record_give(list);
        list = next;
    }
}

// A block that could not be had leaves the old one as it was; one of no bytes is freed.
static void settle(unsigned list, void *old, size_type old_bytes, void *new, size_type new_bytes)
{
    if (!new && new_bytes)
        attach(list, old, old_bytes);
    else
        attach(list, new, new_bytes);
}

void *polus_extension_realloc(void *old, size_type bytes)
{
    size_type before = block(old);
    unsigned list = before ? detach(old, before) : 0;
    void *new = realloc(old, bytes);
    if (list)
        settle(list, old, before, new, bytes);
    return new;
}

void *polus_extension_reallocarray(void *old, size_type count, size_type size)
{
    size_type before = block(old), bytes;
    unsigned list = before ? detach(old, before) : 0;
    void *new = reallocarray(old, count, size);
    if (__builtin_mul_overflow(count, size, &bytes))
        bytes = ~0ul;
    if (list)
        settle(list, old, before, new, bytes);
    return new;
}
