// Extension records follow bytes that are copied, in the order of memmove.
#include <polus/patch.h>
#include <polus/extend.h>
#include <polus/registry.h>
#include <polus/memory.h>
#include <polus/records.h>

// A copy of the bytes from `from` to `from_end`, `shift` further up (modulo 2^64).
struct copy {
    struct polus_index *index;
    unsigned long long from, from_end, to, to_end, shift;
};

// Whether the object is one of those written, not one around them.
static int is_target(const struct copy *copy, const struct polus_walk *walk, unsigned long long to)
{
    return walk->object == to && walk->type->object_size <= copy->to_end - to;
}

// Whether the object is one of those copied, and its fields have been in use.
static int is_source(const struct copy *copy, const struct polus_walk *walk)
{
    struct polus_extension *record = polus_extension_of(walk->record, walk->state);
    return walk->object >= copy->from && walk->type->object_size <= copy->from_end - walk->object &&
           !(__atomic_load_n(&record->state, __ATOMIC_ACQUIRE) & POLUS_UNSTARTED);
}

static int has_source(const struct copy *copy, unsigned long long object, const struct polus_extension_type *type)
{
    struct polus_walk walk;
    if (object < copy->from || object >= copy->from_end)
        return 0;
    polus_walk_begin(&walk, copy->index, object);
    while (polus_walk_next(&walk))
        if (walk.object == object && walk.type == type)
            return is_source(copy, &walk);
    return 0;
}

static void carry(const struct polus_walk *walk, unsigned long long to)
{
    int made;
    struct polus_extension *from = polus_extension_of(walk->record, walk->state);
    struct polus_extension *record = polus_extension_obtain(to, walk->type, POLUS_READY, &made);
    if (!record) {
        __atomic_fetch_add(&polus_extension_lost, 1, __ATOMIC_RELAXED);
        return;
    }
    polus_copy(record + 1, from + 1, walk->type->size);
    if (!made)
        __atomic_store_n(&record->state, POLUS_READY, __ATOMIC_RELEASE);
}

static void carry_one(const struct copy *copy, unsigned long long to)
{
    unsigned long long from = to - copy->shift;
    struct polus_walk walk;
    polus_walk_begin(&walk, copy->index, to);
    while (polus_walk_next(&walk))
        if (is_target(copy, &walk, to) && !has_source(copy, from, walk.type))
            polus_extension_drop(&walk);
    if (from < copy->from || from >= copy->from_end)
        return;
    polus_walk_begin(&walk, copy->index, from);
    while (polus_walk_next(&walk))
        if (walk.object == from && is_source(copy, &walk))
            carry(&walk, to);
}

// Lowest address at or above `start` with a record, or `end`.
static unsigned long long first(struct polus_index *index, unsigned long long start, unsigned long long end)
{
    while (start < end) {
        struct polus_walk walk;
        int empty = polus_index_empty(index, start);
        unsigned long long next = (start | (empty ? POLUS_REGION - 1 : POLUS_BUCKET - 1)) + 1, found = end;
        if (next == 0 || next > end)
            next = end;
        polus_walk_begin(&walk, index, start);
        if (!empty && polus_link_to(walk.link))
            while (polus_walk_next(&walk))
                if (walk.object >= start && walk.object < next && walk.object < found)
                    found = walk.object;
        if (found < next)
            return found;
        start = next;
    }
    return end;
}

// Highest address below `end` with a record, or `none`.
static unsigned long long last(struct polus_index *index, unsigned long long start, unsigned long long end,
                               unsigned long long none)
{
    while (start < end) {
        struct polus_walk walk;
        int empty = polus_index_empty(index, end - 1), is_found = 0;
        unsigned long long next = (end - 1) & ~(empty ? POLUS_REGION - 1ull : POLUS_BUCKET - 1ull), found = 0;
        if (next < start)
            next = start;
        polus_walk_begin(&walk, index, end - 1);
        if (!empty && polus_link_to(walk.link))
            while (polus_walk_next(&walk))
                if (walk.object >= next && walk.object < end && walk.object >= found) {
                    found = walk.object;
                    is_found = 1;
                }
        if (is_found)
            return found;
        end = next;
    }
    return none;
}

// Towards the lower end: what lies there is read before it is written.
static void upwards(const struct copy *copy)
{
    for (unsigned long long to = copy->to; to < copy->to_end; to++) {
        unsigned long long own = first(copy->index, to, copy->to_end);
        unsigned long long other = first(copy->index, to - copy->shift, copy->from_end) + copy->shift;
        to = own < other ? own : other;
        if (to < copy->to_end)
            carry_one(copy, to);
    }
}

static void downwards(const struct copy *copy)
{
    for (unsigned long long end = copy->to_end; end > copy->to;) {
        unsigned long long none = ~0ull;
        unsigned long long own = last(copy->index, copy->to, end, none);
        unsigned long long other = last(copy->index, copy->from, end - copy->shift, none);
        if (own == none && other == none)
            return;
        other += copy->shift;
        if (own == none || (other != none + copy->shift && other > own))
            own = other;
        carry_one(copy, own);
        end = own;
    }
}

void polus_extension_copy(volatile void *to, const volatile void *from, unsigned long long bytes)
{
    struct polus_index *index = polus_index_now();
    unsigned long long start = (unsigned long long)to, source = (unsigned long long)from;
    if (!index || start == source || start + bytes < start || source + bytes < source)
        return;
    struct copy copy = { index, source, source + bytes, start, start + bytes, start - source };
    if (start < source)
        upwards(&copy);
    else
        downwards(&copy);
}
