// Inside of the extension records: their memory, the index by address, one walk.
// No lock anywhere: a thread may be stopped, interrupted, forked away or killed at
// any instruction, and all others go on. What makes this safe: a record's memory is
// never anything else, and each link carries a number that grows when it changes.
#pragma GCC visibility push(hidden)

// A link: the record's number, whether its holder is being taken out, changes so far.
typedef unsigned long long polus_link;
#define POLUS_LINK_MARK (1ull << 32)
#define POLUS_LINK_STEP (1ull << 33)

static inline unsigned polus_link_to(polus_link link)
{
    return (unsigned)link;
}

// What takes the place of `before` and leads to `number`.
static inline polus_link polus_link_after(polus_link before, unsigned number)
{
    return ((before | POLUS_LINK_MARK) & ~0xffffffffull) + (POLUS_LINK_STEP - POLUS_LINK_MARK) + number;
}

// polus_extension.state. READY may be cached; all others take the way through find.
#define POLUS_READY 0ull
#define POLUS_WAITED_FOR 1ull  // somebody sleeps until `start` has ended
#define POLUS_STARTING 2ull    // with the process's number and the thread that runs `start`
#define POLUS_UNSTARTED 4ull   // a companion: `start` has not run
#define POLUS_COMPANION 8ull   // stands for a record elsewhere: the address follows

// src/records_memory.c: number 0 is none.
struct polus_extension *polus_record_at(unsigned number);
unsigned polus_record_take(const struct polus_extension_type *type); // zeroed fields
void polus_record_give(unsigned number);
void polus_record_prepare(unsigned long long spare);
void *polus_record_spare(unsigned long long size);
void *polus_pages(unsigned long long bytes); // never locked, never huge
extern int polus_record_limited;

// src/records_index.c: lists of records, one for each POLUS_BUCKET bytes of addresses.
#define POLUS_BUCKET 256
#define POLUS_REGION 65536
struct polus_index;
struct polus_index *polus_index_get(void); // null: no memory
struct polus_index *polus_index_now(void); // null: there are no records
int polus_index_empty(struct polus_index *index, unsigned long long address); // none in its region

struct polus_walk {
    struct polus_index *index;
    polus_link *bucket, *from;
    polus_link head, link, next;
    // the record that was given last, as it was
    struct polus_extension *record;
    const struct polus_extension_type *type;
    unsigned long long object, state;
    unsigned number;
};
void polus_walk_begin(struct polus_walk *walk, struct polus_index *index, unsigned long long address);
struct polus_extension *polus_walk_next(struct polus_walk *walk);
int polus_walk_add(struct polus_walk *walk, unsigned number, unsigned long long object); // at its head as it was seen
void polus_walk_drop(struct polus_walk *walk); // the record given last

// src/extension.c
struct polus_extension *polus_extension_of(struct polus_extension *record, unsigned long long state);
// Finds the record of an object or makes one of that state; null: no memory.
struct polus_extension *polus_extension_obtain(unsigned long long object, const struct polus_extension_type *type,
                                               unsigned long long state, int *made);
void polus_extension_drop(struct polus_walk *walk);
void polus_extension_drop_range(unsigned long long start, unsigned long long end);

// src/starting.c
void polus_start_prepare(void);
unsigned long long polus_start_state(void); // of a record whose `start` this thread runs
void polus_start_run(struct polus_extension *record, const volatile void *object, const struct polus_extension_type *type);
int polus_start_wait(struct polus_extension *record, const volatile void *object, const struct polus_extension_type *type);

#pragma GCC visibility pop
