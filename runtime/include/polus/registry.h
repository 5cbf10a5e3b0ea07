// What stays in the target between two runs of the injector: one registry, one
// record per loaded patch. The injector reads and writes all of it from outside;
// the library itself changes only `converted` and the cells. Nothing here allocates or locks.
// Change a struct only together with POLUS_REGISTRY_ABI and src/abi.rs.
#define POLUS_REGISTRY_ABI 6
#define POLUS_REGISTRY_MAGIC "POLUS registry\1"

enum polus_direction {
    POLUS_TO_NEW = 1,
    POLUS_TO_OLD = 2,
};

// Which cells a conversion takes along.
enum polus_selection {
    POLUS_ALL_CELLS = 0,
    POLUS_ADOPTED_CELLS = 1,
};

// How far a change of version has come, for an injector that finds the process
// after its predecessor was killed.
enum polus_journal_state {
    POLUS_IDLE = 0,
    POLUS_CONVERTING = 1,  // no entry is rewritten yet: goes back to `version`
    POLUS_REDIRECTING = 2, // some entries are rewritten: goes on to `goal`
};

enum polus_record_state {
    POLUS_LOADED = 1, // in memory, never part of a version
    POLUS_ACTIVE = 2, // belongs to the version that runs
    POLUS_ROLLED_BACK = 3,
};

enum polus_entry_flag {
    POLUS_ORIGIN = 1,          // the executable's own code
    POLUS_BRANCH_TO_ENTRY = 2, // its body branches into the bytes of the jump
    POLUS_KEEPS_ENTRY = 4,     // listed for its extents only, never redirected
};

// One version of a function that some patch replaces or adds.
struct polus_entry {
    unsigned long long identity; // entry of the function's first version
    unsigned long long code;     // entry of this version
    const char *name;            // as the program spells it
    unsigned char original[8];   // its first bytes; a jump covers five of them
    unsigned flags, reserved;
};

// Code of an entry: the function itself, its cold part, its clones.
struct polus_extent {
    unsigned long long start, end;
    unsigned entry, reserved; // index into the record's entries
};

enum polus_side {
    POLUS_OLD = 1,
    POLUS_NEW_CODE = 2,
};

// Code of a function uses a migrated variable: every version older than this
// record's (POLUS_OLD), or this record's (POLUS_NEW_CODE). Without an instance:
// the executable's own code relies on what this record breaks (POLUS_OLD).
struct polus_reference {
    unsigned long long identity; // of the function
    unsigned long long instance; // new instance of the variable, or 0
    unsigned long long end;      // of the function below which it does not use it any more, or 0
    unsigned side, reserved;
};

enum polus_cell_flag {
    POLUS_TRACKED = 1,  // some active function uses the instance that is not the version's
    POLUS_LOST = 2,     // on the way back something did not fit the old type
    POLUS_DIFFERED = 4, // polus_cohere has worked out what both instances shall hold
    POLUS_ASIDE = 8,    // holds a lock, or is handed about: no function of the other side may be active
    POLUS_PER_THREAD_CELL = 16, // the same, and its instances are distances from the thread pointer
    POLUS_HANDED_ABOUT = 32,    // active functions may hold its address
};

// A variable that crosses when the patch comes or goes, and is kept coherent while
// functions of both sides are active.
struct polus_cell {
    const char *name;
    void *old_instance, *new_instance;
    void (*to_new)(const void *from, void *to, const void *before); // null: the bytes are swapped
    void (*to_old)(const void *from, void *to, const void *before);
    unsigned long long old_size, new_size; // bytes
    // What the instances held when they last agreed; null: never tracked. Behind them, each of
    // the four beginning at a multiple of 64 bytes, what they shall hold.
    void *old_before, *new_before;
    unsigned long long writes;     // carried across while tracked
    unsigned variable, flags;      // index into the patch's variables
    // PER_THREAD_CELL: what the new instance holds in a new thread, in the patch's PT_TLS. Of a
    // copy for one thread: its thread pointer and number.
    unsigned long long initial, thread;
    unsigned tid, reserved;
};

struct polus_record {
    struct polus_record *next; // older record, or null
    unsigned long long size;   // bytes of this block
    unsigned state, version;
    unsigned char digest[32]; // SHA-256 of the patch file
    unsigned long long base;  // load bias of the patch
    const struct polus_patch *patch;
    const char *name; // file name given to apply
    struct polus_entry *entries;
    struct polus_extent *extents;
    struct polus_reference *references;
    struct polus_cell *cells;
    struct polus_leaving *leavings; // functions whose leaving has callbacks
    // While a change is made: a copy of each PER_THREAD_CELL for each thread. Its instances are
    // buffers, which the injector fills and copies back, for threads end when they like.
    struct polus_cell *copies;
    unsigned entry_count, extent_count, reference_count, cell_count, leaving_count, copy_count;
};

// An old function that delays an update, published for `polus status`.
struct polus_active {
    const char *function;
    unsigned long long since_ms; // of CLOCK_MONOTONIC
    unsigned thread, reserved;
};

#define POLUS_ACTIVE_MAX 64

// A call made on behalf of the injector: the way back to it overwrites the
// register of the result, and errno belongs to the interrupted code.
struct polus_call {
    unsigned long (*function)(unsigned long, unsigned long, unsigned long);
    unsigned long arguments[3];
    unsigned long result;
    int *(*errno_location)(void);
};

// A system call made on behalf of the injector.
struct polus_system {
    long number, arguments[6], result;
};

// What polus_extension_enrol returns.
enum polus_enrolment {
    POLUS_ENROLLED = 0,
    POLUS_ENROLLED_NO_MEMORY = 1,
    POLUS_ENROLLED_NO_OBJECT = 2, // an import without address
    POLUS_ENROLLED_OTHERS = 3,    // its object has another companion of this type
};

struct polus_registry {
    char magic[16];
    unsigned abi, size;
    struct polus_record *newest; // most recently loaded
    unsigned version;            // that the process runs
    unsigned goal, state;        // the journal
    unsigned converted;          // records whose cells have crossed on the way to `goal`
    struct polus_record *incoming; // becomes active with `goal`, or null
    unsigned long long changed_ms; // when `version` was reached, CLOCK_MONOTONIC
    unsigned active_count, tracking; // some cells are tracked
    void *stack;                     // upper end of the stack for calls of the injector, or null
    struct polus_active active[POLUS_ACTIVE_MAX];
};

extern struct polus_registry polus_registry;
void polus_convert(const struct polus_record *record, enum polus_direction direction,
                   enum polus_selection selection);
void *polus_reserve(unsigned long bytes);
void polus_call(struct polus_call *call);
void polus_system(struct polus_system *call);
void polus_watch(struct polus_cell *cell);
void polus_watch_record(struct polus_record *record);
void polus_cohere(void);
void polus_guard(unsigned long restorer);
void polus_own_pages(unsigned long start, unsigned long bytes);
extern unsigned long long polus_extension_lost; // records that found no memory
unsigned long polus_extension_enrol(const struct polus_patch *patch);
