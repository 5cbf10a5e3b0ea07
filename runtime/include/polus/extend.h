// Extension records: fields that a type gained, beside objects that keep their old
// layout. polusc copies this file into every patch that extends a type. The functions
// are the runtime's, and are bound by the injector (POLUS_RUNTIME). All of them may run
// in any thread and in signal handlers, at the same time. Change a struct or a number
// only together with POLUS_ABI and src/abi.rs.
struct polus_extension_type {
    const char *name;               // "struct client"
    unsigned long long object_size; // bytes of an object as the process has it
    unsigned long long size;        // bytes of the fields in a record
    // Sets the fields of an object that existed before; they are zeroed. Null: zero is right.
    void (*start)(void *object, void *fields);
};

// A record; its fields follow.
struct polus_extension {
    const volatile void *object; // null: the record is nobody's
    const struct polus_extension_type *type;
    unsigned long long next, state; // the runtime's own; zero in a companion
} __attribute__((aligned(16)));

// Named objects of an extended type have their records in the patch: object number i is at
// object + i * type->object_size, its record at records + i * stride. A look-up by address
// finds them once the injector has enrolled them; `start` runs at the first such look-up.
struct polus_companion {
    void *object;             // an import, or the patch's own
    unsigned long long count; // of objects
    void *records;            // struct polus_extension, each with its fields, all zero
    unsigned long long stride; // bytes from one record to the next
    const struct polus_extension_type *type;
};

// Largest record's fields, bytes.
#define POLUS_EXTENSION_MOST (32ull << 20)
#define POLUS_EXTENSION_CACHE 16384
#define POLUS_EXTENSION_CACHE_SHIFT 50

// The record last found for an object and a type of this hash; never null.
extern struct polus_extension *polus_extension_cache[POLUS_EXTENSION_CACHE];

// The fields of an object, which are made where there are none; never null. A null object's
// lie where the null object lies: who uses them faults, as with any other field of it.
void *polus_extension_find(const volatile void *object, const struct polus_extension_type *type);

// The objects in there are new ones: what belonged to their predecessors is gone.
void polus_extension_fresh(const volatile void *start, unsigned long long bytes);

// The same for `count` objects that new code makes: `start` will not run for them.
void polus_extension_new(const volatile void *start, unsigned long long count,
                         const struct polus_extension_type *type);

// After bytes were copied, moved or swapped through a buffer: objects in `to` have the
// fields that those wholly in `from` have.
void polus_extension_copy(volatile void *to, const volatile void *from, unsigned long long bytes);

// The same as polus_extension_find, at once for a record that was found lately.
static inline __attribute__((unused)) void *polus_extension(const volatile void *object,
                                                            const struct polus_extension_type *type)
{
    unsigned long long key = (unsigned long long)object + (unsigned long long)type;
    struct polus_extension *record =
        __atomic_load_n(&polus_extension_cache[key * 0x9e3779b97f4a7c15ull >> POLUS_EXTENSION_CACHE_SHIFT],
                        __ATOMIC_ACQUIRE);
    if (__atomic_load_n(&record->object, __ATOMIC_ACQUIRE) == object &&
        __atomic_load_n(&record->type, __ATOMIC_RELAXED) == type)
        return record + 1;
    return polus_extension_find(object, type);
}
