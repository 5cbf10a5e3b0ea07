// The index of extension records: by address to a list. Lists are those of Michael
// (2002) with counted links; records enter at the head only, so that nobody can enter
// unseen between a search and the entry that follows it. A record is dead as soon as
// its object is null; whoever passes by marks its link, takes it out and recycles it.
#include <polus/extend.h>
#include <polus/memory.h>
#include <polus/records.h>

#define PAGE_SHIFT 12
#define BUCKETS (4096 / POLUS_BUCKET)
#define REGION_SHIFT 16
#define PAGES_MOST (1ull << 17)
#define PAGES_MODEST (1ull << 12)
#define PAGES_LEAST (1ull << 6)

// Neighbours of an address are neighbours here, so that the memory in use is as dense.
struct polus_index {
    unsigned long long pages, reserved[7]; // a power of two
    // then a count of records for each region, and BUCKETS lists for each page
};

static struct polus_index *root;

static unsigned long long bytes_of(unsigned long long pages)
{
    return sizeof(struct polus_index) + pages * sizeof(unsigned) + pages * BUCKETS * sizeof(polus_link);
}

struct polus_index *polus_index_now(void)
{
    return __atomic_load_n(&root, __ATOMIC_ACQUIRE);
}

struct polus_index *polus_index_get(void)
{
    struct polus_index *index = polus_index_now(), *other = 0;
    if (index)
        return index;
    unsigned long long pages = polus_record_limited ? PAGES_MODEST : PAGES_MOST;
    while (!(index = polus_pages(bytes_of(pages))))
        if ((pages /= 2) < PAGES_LEAST)
            return 0;
    index->pages = pages;
    if (__atomic_compare_exchange_n(&root, &other, index, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return index;
    polus_release(index, bytes_of(pages));
    return other;
}

static unsigned *count_of(struct polus_index *index, unsigned long long address)
{
    unsigned long long region = address >> REGION_SHIFT;
    return (unsigned *)(index + 1) + ((region + (region >> 16) * 40503) & (index->pages - 1));
}

int polus_index_empty(struct polus_index *index, unsigned long long address)
{
    return __atomic_load_n(count_of(index, address), __ATOMIC_ACQUIRE) == 0;
}

static polus_link *bucket_of(struct polus_index *index, unsigned long long address)
{
    unsigned long long page = address >> PAGE_SHIFT;
    page = (page + (page >> 17) * 40503) & (index->pages - 1);
    polus_link *lists = (polus_link *)((unsigned *)(index + 1) + index->pages);
    return lists + page * BUCKETS + address / POLUS_BUCKET % BUCKETS;
}

static void again(struct polus_walk *walk)
{
    walk->record = 0;
    walk->from = walk->bucket;
    walk->head = walk->link = __atomic_load_n(walk->bucket, __ATOMIC_ACQUIRE);
}

void polus_walk_begin(struct polus_walk *walk, struct polus_index *index, unsigned long long address)
{
    walk->index = index;
    walk->bucket = bucket_of(index, address);
    again(walk);
}

// Takes the dead record that `link` leads to out of the list.
static int take_out(struct polus_walk *walk, struct polus_extension *record)
{
    polus_link next = walk->next, marked = next | POLUS_LINK_MARK;
    if (!(next & POLUS_LINK_MARK) &&
        !__atomic_compare_exchange_n(&record->next, &next, marked, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return 0;
    unsigned number = polus_link_to(walk->link);
    polus_link past = polus_link_after(walk->link, polus_link_to(next));
    if (!__atomic_compare_exchange_n(walk->from, &walk->link, past, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return 0;
    walk->link = past;
    if (walk->from == walk->bucket)
        walk->head = past;
    polus_record_give(number);
    return 1;
}

// The next living record, or null. Begins anew when the list changes under it: then
// records come again.
struct polus_extension *polus_walk_next(struct polus_walk *walk)
{
    for (;;) {
        struct polus_extension *record = walk->record;
        walk->record = 0;
        if (record && __atomic_load_n(&record->object, __ATOMIC_ACQUIRE)) {
            walk->from = &record->next;
            walk->link = walk->next;
        }
        unsigned number = polus_link_to(walk->link);
        if (!number) {
            if (__atomic_load_n(walk->from, __ATOMIC_ACQUIRE) == walk->link)
                return 0;
            again(walk);
            continue;
        }
        record = polus_record_at(number);
        walk->next = __atomic_load_n(&record->next, __ATOMIC_ACQUIRE);
        walk->object = (unsigned long long)__atomic_load_n(&record->object, __ATOMIC_ACQUIRE);
        walk->type = __atomic_load_n(&record->type, __ATOMIC_ACQUIRE);
        walk->state = __atomic_load_n(&record->state, __ATOMIC_ACQUIRE);
        if (__atomic_load_n(walk->from, __ATOMIC_ACQUIRE) != walk->link) {
            again(walk); // none of this is known to belong together
        } else if (walk->object && !(walk->next & POLUS_LINK_MARK)) {
            walk->number = number;
            return walk->record = record;
        } else if (!take_out(walk, record)) {
            again(walk);
        }
    }
}

int polus_walk_add(struct polus_walk *walk, unsigned number, unsigned long long object)
{
    struct polus_extension *record = polus_record_at(number);
    unsigned *count = count_of(walk->index, object);
    polus_link next = polus_link_after(__atomic_load_n(&record->next, __ATOMIC_RELAXED), polus_link_to(walk->head));
    __atomic_store_n(&record->next, next, __ATOMIC_RELEASE);
    __atomic_store_n(&record->object, (const volatile void *)object, __ATOMIC_RELEASE);
    __atomic_fetch_add(count, 1, __ATOMIC_ACQ_REL);
    polus_link head = walk->head;
    if (__atomic_compare_exchange_n(walk->bucket, &head, polus_link_after(head, number), 0, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE))
        return 1;
    __atomic_store_n(&record->object, (const volatile void *)0, __ATOMIC_RELEASE);
    __atomic_fetch_sub(count, 1, __ATOMIC_ACQ_REL);
    return 0;
}

// From here on no cache entry and no walk gives it for its object. Taken out by the next
// step of this walk, or any other.
void polus_walk_drop(struct polus_walk *walk)
{
    const volatile void *object = (const volatile void *)walk->object;
    if (__atomic_compare_exchange_n(&walk->record->object, &object, (const volatile void *)0, 0, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE))
        __atomic_fetch_sub(count_of(walk->index, walk->object), 1, __ATOMIC_ACQ_REL);
}
