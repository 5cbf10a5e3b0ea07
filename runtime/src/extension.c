// Extension records by the address of their object: found, made, dropped.
#include <polus/patch.h>
#include <polus/extend.h>
#include <polus/registry.h>
#include <polus/records.h>

// No object begins in the first page, and no field of one is in memory.
#define FIRST_PAGE 4096

static struct polus_extension nobody;
struct polus_extension *polus_extension_cache[POLUS_EXTENSION_CACHE];

__attribute__((constructor)) static void fill(void)
{
    for (unsigned i = 0; i < POLUS_EXTENSION_CACHE; i++)
        polus_extension_cache[i] = &nobody;
}

static struct polus_extension **slot(unsigned long long object, const struct polus_extension_type *type)
{
    unsigned long long key = object + (unsigned long long)type;
    return &polus_extension_cache[key * 0x9e3779b97f4a7c15ull >> POLUS_EXTENSION_CACHE_SHIFT];
}

// A companion lies in its patch; in the index stands another record for it.
struct polus_extension *polus_extension_of(struct polus_extension *record, unsigned long long state)
{
    return state & POLUS_COMPANION ? *(struct polus_extension **)(record + 1) : record;
}

// With a companion: what is made stands for it.
static struct polus_extension *enter(unsigned long long object, const struct polus_extension_type *type,
                                     unsigned long long state, struct polus_extension *companion, int *made)
{
    struct polus_index *index = polus_index_get();
    struct polus_walk walk;
    unsigned number = 0;
    *made = 0;
    if (!index)
        return 0;
    polus_walk_begin(&walk, index, object);
    for (;;) {
        struct polus_extension *record = polus_walk_next(&walk);
        if (record && walk.object == object && walk.type == type) {
            if (number)
                polus_record_give(number);
            return polus_extension_of(record, walk.state);
        }
        if (record)
            continue;
        if (!number && !(number = polus_record_take(type)))
            return 0;
        record = polus_record_at(number);
        __atomic_store_n(&record->state, state, __ATOMIC_RELEASE);
        if (companion)
            *(struct polus_extension **)(record + 1) = companion;
        if ((*made = polus_walk_add(&walk, number, object)))
            return polus_extension_of(record, state);
        polus_walk_begin(&walk, index, object);
    }
}

struct polus_extension *polus_extension_obtain(unsigned long long object, const struct polus_extension_type *type,
                                               unsigned long long state, int *made)
{
    return enter(object, type, state, 0, made);
}

static void *lost(const struct polus_extension_type *type)
{
    __atomic_fetch_add(&polus_extension_lost, 1, __ATOMIC_RELAXED);
    return polus_record_spare(type->size);
}

void *polus_extension_find(const volatile void *object, const struct polus_extension_type *type)
{
    unsigned long long address = (unsigned long long)object;
    if (address < FIRST_PAGE)
        return (char *)address + sizeof(void *);
    int made, ready = 1;
    unsigned long long state = type->start ? polus_start_state() : POLUS_READY;
    struct polus_extension *record = polus_extension_obtain(address, type, state, &made);
    if (!record)
        return lost(type);
    if (made && state != POLUS_READY)
        polus_start_run(record, object, type);
    else if (__atomic_load_n(&record->state, __ATOMIC_ACQUIRE) != POLUS_READY)
        ready = polus_start_wait(record, object, type);
    if (ready)
        __atomic_store_n(slot(address, type), record, __ATOMIC_RELEASE);
    return record + 1;
}

static void zero(struct polus_extension *record, const struct polus_extension_type *type)
{
    unsigned char *fields = (unsigned char *)(record + 1);
    for (unsigned long long i = 0; i < type->size; i++)
        fields[i] = 0;
}

// The record given last by the walk. Companions stay, as if they had just been made.
void polus_extension_drop(struct polus_walk *walk)
{
    struct polus_extension *record = polus_extension_of(walk->record, walk->state), *cached = record;
    struct polus_extension **place = slot(walk->object, walk->type);
    if (__atomic_load_n(place, __ATOMIC_RELAXED) == record)
        __atomic_compare_exchange_n(place, &cached, &nobody, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
    if (record == walk->record) {
        polus_walk_drop(walk);
        return;
    }
    zero(record, walk->type);
    __atomic_store_n(&record->state, walk->type->start ? POLUS_UNSTARTED : POLUS_READY, __ATOMIC_RELEASE);
}

// Objects that begin in the range; `whole`: only such as end there, too, for what is around
// a part that is new stays.
static void drop_bucket(struct polus_index *index, unsigned long long start, unsigned long long next,
                        unsigned long long end, int whole)
{
    struct polus_walk walk;
    polus_walk_begin(&walk, index, start);
    if (!polus_link_to(walk.link))
        return;
    while (polus_walk_next(&walk))
        if (walk.object >= start && walk.object < next &&
            (!whole || walk.type->object_size <= end - walk.object))
            polus_extension_drop(&walk);
}

static void drop(unsigned long long start, unsigned long long end, int whole)
{
    struct polus_index *index = polus_index_now();
    if (!index)
        return;
    while (start < end) {
        int empty = polus_index_empty(index, start);
        unsigned long long next = (start | (empty ? POLUS_REGION - 1 : POLUS_BUCKET - 1)) + 1;
        if (next == 0 || next > end)
            next = end;
        if (!empty)
            drop_bucket(index, start, next, end, whole);
        start = next;
    }
}

void polus_extension_drop_range(unsigned long long start, unsigned long long end)
{
    drop(start, end, 0);
}

static unsigned long long end_of(unsigned long long start, unsigned long long bytes)
{
    return start + bytes < start ? ~0ull : start + bytes;
}

void polus_extension_fresh(const volatile void *start, unsigned long long bytes)
{
    drop((unsigned long long)start, end_of((unsigned long long)start, bytes), 1);
}

void polus_extension_new(const volatile void *start, unsigned long long count,
                         const struct polus_extension_type *type)
{
    unsigned long long object = (unsigned long long)start, bytes;
    if (__builtin_mul_overflow(count, type->object_size, &bytes))
        return;
    drop(object, end_of(object, bytes), 1);
    if (!type->start || object < FIRST_PAGE)
        return;
    for (; count > 0; count--, object += type->object_size) {
        int made;
        struct polus_extension *record = polus_extension_obtain(object, type, POLUS_READY, &made);
        if (!record)
            __atomic_fetch_add(&polus_extension_lost, 1, __ATOMIC_RELAXED);
        else if (!made)
            __atomic_store_n(&record->state, POLUS_READY, __ATOMIC_RELEASE);
    }
}

// Once only: what the record holds stays when the patch comes again.
static enum polus_enrolment enrol(const struct polus_companion *companion, unsigned long long number)
{
    const struct polus_extension_type *type = companion->type;
    unsigned long long object = (unsigned long long)companion->object + number * type->object_size;
    struct polus_extension *record =
        (struct polus_extension *)((char *)companion->records + number * companion->stride);
    if (!record->object) {
        record->type = type;
        record->state = type->start ? POLUS_UNSTARTED : POLUS_READY;
        __atomic_store_n(&record->object, (const volatile void *)object, __ATOMIC_RELEASE);
    }
    int made;
    struct polus_extension *found = enter(object, type, POLUS_COMPANION, record, &made);
    if (found == record)
        return POLUS_ENROLLED;
    return found ? POLUS_ENROLLED_OTHERS : POLUS_ENROLLED_NO_MEMORY;
}

unsigned long polus_extension_enrol(const struct polus_patch *patch)
{
    unsigned long long largest = 0;
    for (unsigned i = 0; i < patch->extension_type_count; i++)
        if (patch->extension_types[i]->size > largest)
            largest = patch->extension_types[i]->size;
    polus_record_prepare(largest);
    polus_start_prepare();
    if (!polus_index_get() || !polus_record_spare(largest))
        return POLUS_ENROLLED_NO_MEMORY;
    for (unsigned i = 0; i < patch->companion_count; i++) {
        const struct polus_companion *companion = &patch->companions[i];
        if (!companion->object)
            return POLUS_ENROLLED_NO_OBJECT;
        for (unsigned long long number = 0; number < companion->count; number++) {
            enum polus_enrolment outcome = enrol(companion, number);
            if (outcome != POLUS_ENROLLED)
                return outcome;
        }
    }
    return POLUS_ENROLLED;
}
