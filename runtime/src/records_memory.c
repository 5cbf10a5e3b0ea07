// Memory of extension records: cut from large pieces, used again for records of the
// same size only, never given back. So whoever holds an old link reads a record.
#define _GNU_SOURCE
#include <polus/patch.h>
#include <polus/extend.h>
#include <polus/registry.h>
#include <polus/memory.h>
#include <polus/records.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define UNIT 16ull
#define HEADER_UNITS (sizeof(struct polus_extension) / UNIT)
#define CHUNK_SHIFT 22
#define CHUNK_UNITS (1ull << CHUNK_SHIFT)
#define CHUNKS 1024
// Smallest piece, and smallest first one where the process may not have much memory.
#define SMALLEST (64ull << 10)
#define MODEST (256ull << 10)
#define SPARE (64ull << 10)
// Sizes of fields: each multiple of 16 up to 256 bytes, then four in each doubling.
#define CLASSES 84
#define LIMIT_AS 9
#define LIMIT_DATA 2

// Its units are numbered from its own start, so that none is number 0.
struct chunk {
    unsigned long long units, used;
};

static struct chunk *chunks[CHUNKS];
static unsigned current;
static polus_link vacant[CLASSES];
static char spare[SPARE] __attribute__((aligned(16)));
static void *large_spare;
static unsigned long long large_spare_size;
int polus_record_limited;
unsigned long long polus_extension_lost;

static long call(long number, long first, long second, long third, long fourth)
{
    long arguments[6] = { first, second, third, fourth, 0, 0 };
    return polus_raw(number, arguments);
}

// Not part of what mlockall covers, and no page larger than it must be.
void *polus_pages(unsigned long long bytes)
{
    long arguments[6] = { 0, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0 };
    long start = polus_raw(SYS_mmap, arguments);
    if (start < 0 && start > -4096)
        return 0;
    call(SYS_munlock, start, bytes, 0, 0);
    call(SYS_madvise, start, bytes, MADV_NOHUGEPAGE, 0);
    if (call(SYS_mprotect, start, bytes, PROT_READ | PROT_WRITE, 0) == 0)
        return (void *)start;
    polus_release((void *)start, bytes);
    return 0;
}

static int is_limited(long resource)
{
    unsigned long long limit[2] = { ~0ull, ~0ull };
    call(SYS_prlimit64, 0, resource, 0, (long)limit);
    return limit[0] != ~0ull;
}

// How much more there is at a time: little where the program could lack it.
static unsigned long long piece(unsigned number)
{
    unsigned doublings = number / 4;
    if (!polus_record_limited || doublings > 8)
        return CHUNK_UNITS * UNIT;
    return MODEST << doublings;
}

static struct chunk *add(unsigned number, unsigned long long units, int first)
{
    unsigned long long needed = (units + 1) * UNIT, bytes = piece(number);
    while (bytes < needed)
        bytes *= 2;
    struct chunk *found = 0;
    for (; !found && bytes >= needed && bytes >= SMALLEST; bytes /= 2)
        if ((found = first ? polus_pages(bytes) : polus_reserve(bytes)))
            break;
    if (!found)
        return 0;
    found->units = bytes / UNIT;
    found->used = 1;
    struct chunk *other = 0;
    if (__atomic_compare_exchange_n(&chunks[number], &other, found, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return found;
    polus_release(found, bytes);
    return other;
}

static unsigned cut(unsigned long long units)
{
    unsigned number = __atomic_load_n(&current, __ATOMIC_ACQUIRE);
    for (;;) {
        struct chunk *chunk = __atomic_load_n(&chunks[number], __ATOMIC_ACQUIRE);
        if (!chunk && !(chunk = add(number, units, 0)))
            return 0;
        unsigned long long used = __atomic_load_n(&chunk->used, __ATOMIC_RELAXED);
        while (used + units <= chunk->units)
            if (__atomic_compare_exchange_n(&chunk->used, &used, used + units, 0, __ATOMIC_ACQ_REL,
                                            __ATOMIC_RELAXED))
                return (number << CHUNK_SHIFT) + (unsigned)used;
        if (number + 1 == CHUNKS)
            return 0;
        unsigned before = number++;
        __atomic_compare_exchange_n(&current, &before, number, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    }
}

static unsigned class_of(unsigned long long size, unsigned long long *units)
{
    unsigned long long needed = size ? (size + UNIT - 1) / UNIT : 1;
    *units = needed + HEADER_UNITS;
    if (needed <= 16)
        return (unsigned)needed - 1;
    unsigned doubling = 63 - (unsigned)__builtin_clzll(needed - 1);
    unsigned quarter = (unsigned)((needed - 1) >> (doubling - 2)) & 3;
    *units = ((5ull + quarter) << (doubling - 2)) + HEADER_UNITS;
    return 16 + (doubling - 4) * 4 + quarter;
}

struct polus_extension *polus_record_at(unsigned number)
{
    struct chunk *chunk = __atomic_load_n(&chunks[number >> CHUNK_SHIFT], __ATOMIC_ACQUIRE);
    return (struct polus_extension *)((char *)chunk + (number & (CHUNK_UNITS - 1)) * UNIT);
}

static unsigned recycled(polus_link *list)
{
    polus_link first = __atomic_load_n(list, __ATOMIC_ACQUIRE);
    while (polus_link_to(first)) {
        struct polus_extension *record = polus_record_at(polus_link_to(first));
        polus_link next = __atomic_load_n(&record->next, __ATOMIC_ACQUIRE);
        polus_link rest = polus_link_after(first, polus_link_to(next));
        if (__atomic_compare_exchange_n(list, &first, rest, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            return polus_link_to(first);
    }
    return 0;
}

unsigned polus_record_take(const struct polus_extension_type *type)
{
    if (type->size > POLUS_EXTENSION_MOST)
        return 0;
    unsigned long long units;
    unsigned class = class_of(type->size, &units);
    unsigned number = recycled(&vacant[class]);
    int used = number != 0;
    if (!used && !(number = cut(units)))
        return 0;
    struct polus_extension *record = polus_record_at(number);
    unsigned long long *word = (unsigned long long *)(record + 1);
    unsigned long long *end = word + (units - HEADER_UNITS) * (UNIT / sizeof *word);
    for (; used && word < end; word++)
        *word = 0;
    __atomic_store_n(&record->type, type, __ATOMIC_RELAXED);
    return number;
}

// Of a record in no list: its `next` still counts on, for those who read it late.
void polus_record_give(unsigned number)
{
    struct polus_extension *record = polus_record_at(number);
    unsigned long long units;
    polus_link *list = &vacant[class_of(record->type->size, &units)];
    polus_link first = __atomic_load_n(list, __ATOMIC_ACQUIRE), next;
    do {
        next = polus_link_after(__atomic_load_n(&record->next, __ATOMIC_RELAXED), polus_link_to(first));
        __atomic_store_n(&record->next, next, __ATOMIC_RELEASE);
    } while (!__atomic_compare_exchange_n(list, &first, polus_link_after(first, number), 0,
                                          __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
}

// While system calls of the runtime pass the process's filter.
void polus_record_prepare(unsigned long long size)
{
    polus_record_limited = is_limited(LIMIT_AS) || is_limited(LIMIT_DATA);
    if (!__atomic_load_n(&chunks[0], __ATOMIC_ACQUIRE))
        add(0, 1, 1);
    if (size > SPARE && size > large_spare_size && size <= POLUS_EXTENSION_MOST) {
        void *pages = polus_pages(size);
        if (pages) {
            __atomic_store_n(&large_spare, pages, __ATOMIC_RELEASE);
            __atomic_store_n(&large_spare_size, size, __ATOMIC_RELEASE);
        }
    }
}

// Fields for all objects that find no memory: wrong, and yet better than a crash. Null: none so large.
void *polus_record_spare(unsigned long long size)
{
    if (size <= SPARE)
        return spare;
    return size <= __atomic_load_n(&large_spare_size, __ATOMIC_ACQUIRE) ? large_spare : 0;
}
