/*
 * A live patch for old: version 0 to 1.
 *
 *     gcc -O2 -fPIC -shared patch.c -o patch.so
 *     polus check -p PID patch.so
 *     polus apply -p PID patch.so
 *
 * Written by polusc. Each block says where it comes from and why it is here; it may be
 * adjusted by hand. What is declared `extern` and listed in polus_imports stays in the process.
 *
 * The style of the program's own text is not at issue: as if in a system header, the compiler
 * tells errors only. Take the next line away to see its warnings. What its optimiser warns of
 * there nevertheless is listed below.
 */
# 16 "patch.c" 3
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wattributes"
#pragma GCC diagnostic ignored "-Warray-bounds"
#pragma GCC diagnostic ignored "-Wdangling-pointer"
#pragma GCC diagnostic ignored "-Wformat-overflow"
#pragma GCC diagnostic ignored "-Wformat-truncation"
#pragma GCC diagnostic ignored "-Wfree-nonheap-object"
#pragma GCC diagnostic ignored "-Winfinite-recursion"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wnonnull"
#pragma GCC diagnostic ignored "-Wrestrict"
#pragma GCC diagnostic ignored "-Wreturn-local-addr"
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#pragma GCC diagnostic ignored "-Wstringop-overread"
#pragma GCC diagnostic ignored "-Wstringop-truncation"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wuse-after-free"

/* ---- The program's declarations ---- */

/* <polusc>:1: a type that the patch uses */
struct polus_extension_type {
    const char *name;               // "struct client"
    unsigned long long object_size; // bytes of an object as the process has it
    unsigned long long size;        // bytes of the fields in a record
    // Sets the fields of an object that existed before; they are zeroed. Null: zero is right.
    void (*start)(void *object, void *fields);
};

/* <polusc>:1: a type that the patch uses */
struct polus_extension {
    const volatile void *object; // null: the record is nobody's
    const struct polus_extension_type *type;
    unsigned long long next, state; // the runtime's own; zero in a companion
} __attribute__((aligned(16)));

/* <polusc>:1: declared by a library */
extern struct polus_extension *polus_extension_cache[16384];

/* <polusc>:1: declared by a library */
extern void *polus_extension_find(const volatile void *object, const struct polus_extension_type *type);

/* <polusc>:1: declared by a library */
extern void polus_extension_fresh(const volatile void *start, unsigned long long bytes);

/* <polusc>:1: declared by a library */
extern void polus_extension_new(const volatile void *start, unsigned long long count,
                         const struct polus_extension_type *type);

/* <polusc>:1: declared by a library */
static inline __attribute__((unused)) void *polus_extension(const volatile void *object,
                                                            const struct polus_extension_type *type)
{
    unsigned long long key = (unsigned long long)object + (unsigned long long)type;
    struct polus_extension *record =
        __atomic_load_n(&polus_extension_cache[key * 0x9e3779b97f4a7c15ull >> 50],
                        __ATOMIC_ACQUIRE);
    if (__atomic_load_n(&record->object, __ATOMIC_ACQUIRE) == object &&
        __atomic_load_n(&record->type, __ATOMIC_RELAXED) == type)
        return record + 1;
    return polus_extension_find(object, type);
}

/* <polusc>:1: declared by a library */
static inline void *polus_extension_enter(void *object, unsigned long long bytes)
{
    polus_extension_fresh(object, bytes);
    return object;
}

/* <polusc>:1: declared by a library */
static inline void *polus_extension_inside(void *object, unsigned long long bytes, unsigned long long size, unsigned long long offset, unsigned long long count, const struct polus_extension_type *type)
{
    for (unsigned long long at = 0; object && at + size <= bytes; at += size)
        polus_extension_new((char *)object + at + offset, count, type);
    return object;
}

/* <polusc>:1: declared by a library */
static inline void *polus_extension_made(void *object, unsigned long long bytes)
{
    if (object)
        polus_extension_fresh(object, bytes);
    return object;
}

/* <polusc>:1: declared by a library */
static inline void *polus_extension_memset(void *object, int byte, unsigned long long bytes)
{
    polus_extension_fresh(object, bytes);
    return __builtin_memset(object, byte, bytes);
}

/* new.c:3: a type that the patch uses */
struct part { int n; char kind; };

/* <polusc>:1: a type that the patch uses */
struct part__extension { int *values; };

/* new.c:4: all stays in the process */
struct whole { int id; struct part first; struct part more[2]; struct whole *next; };
extern struct whole *all;

/* <polusc>:1: declared by a library */
static inline void polus_extension_leave_whole_1(void *object) { polus_extension_fresh(object, 1 * sizeof(struct whole)); }

/* <polusc>:1: declared by a library */
static inline void polus_extension_leave_whole_3(void *object) { polus_extension_fresh(object, 3 * sizeof(struct whole)); }

/* ---- Bound by the injector ---- */

#pragma weak all
#pragma weak polus_extension_cache
#pragma weak polus_extension_find
#pragma weak polus_extension_fresh
#pragma weak polus_extension_new

/* ---- Types of old instances ---- */

/* old.c:2: a type of old instances */
struct part__old { int n; char kind; };

/* ---- What the patch defines ---- */

static __attribute__((noipa, patchable_function_entry(5))) void part__extension_start_v1(void *object, void *fields);
static __attribute__((noipa)) int g_v1(struct whole *w);
static __attribute__((noipa)) int f_v2(void);
static struct polus_extension_type part__extension_type_v1;
static const struct polus_extension_type *const polus_extension_types_v1[1];
static void polus_extend_part(struct part *object);

/* ---- Globals ---- */

/* <polusc>:1: the patch's own instance */
static struct polus_extension_type part__extension_type_v1 = { "struct part", sizeof(struct part), sizeof(struct part__extension), part__extension_start_v1 };

/* <polusc>:1: the patch's own instance */
static const struct polus_extension_type *const polus_extension_types_v1[1] = { &part__extension_type_v1 };

/* ---- Functions ---- */

/* <polusc>:1: new */
static void part__extension_start_v1(void *object, void *fields) { polus_extend_part(object); }

/* new.c:5: new */
static int g_v1(struct whole *w) { return *((struct part__extension *)polus_extension(&(w->first), &part__extension_type_v1))->values + *((struct part__extension *)polus_extension(&(w->more[1]), &part__extension_type_v1))->values; }

/* new.c:6: its text changed; it uses part__extension_type, which is new; it uses g, which is new */
static int f_v2(void)
{
    struct whole *w = polus_extension_inside(polus_extension_inside(polus_extension_made(malloc(sizeof *w), (sizeof *w)), (sizeof *w), sizeof(struct whole), __builtin_offsetof(struct whole, first), 1, &part__extension_type_v1), (sizeof *w), sizeof(struct whole), __builtin_offsetof(struct whole, more), 2, &part__extension_type_v1), own __attribute__((cleanup(polus_extension_leave_whole_1))), *own__begins __attribute__((unused)) = polus_extension_inside(polus_extension_inside(polus_extension_enter(&own, sizeof own), sizeof own, sizeof(struct whole), __builtin_offsetof(struct whole, first), 1, &part__extension_type_v1), sizeof own, sizeof(struct whole), __builtin_offsetof(struct whole, more), 2, &part__extension_type_v1), list[3] __attribute__((cleanup(polus_extension_leave_whole_3))) = { { .id = 3 } }, *list__begins __attribute__((unused)) = polus_extension_inside(polus_extension_inside(polus_extension_enter(&list, sizeof list), sizeof list, sizeof(struct whole), __builtin_offsetof(struct whole, first), 1, &part__extension_type_v1), sizeof list, sizeof(struct whole), __builtin_offsetof(struct whole, more), 2, &part__extension_type_v1);
    ((struct part__extension *)polus_extension(&(w->first), &part__extension_type_v1))->values = &w->first.n;
    w->next = all;
    all = w;
    polus_extension_inside(polus_extension_inside(polus_extension_memset(&own, 0, sizeof own), (sizeof own), sizeof(struct whole), __builtin_offsetof(struct whole, first), 1, &part__extension_type_v1), (sizeof own), sizeof(struct whole), __builtin_offsetof(struct whole, more), 2, &part__extension_type_v1);
    ((struct part__extension *)polus_extension(&(own.more[1]), &part__extension_type_v1))->values = &own.id;
    ((struct part__extension *)polus_extension(&(list[1].first), &part__extension_type_v1))->values = 0;
    return g_v1(w) + g_v1(&own) + g_v1(list) + g_v1(&(*(struct whole *)polus_extension_inside(polus_extension_inside(polus_extension_enter(&(struct whole){ .id = 4 }, sizeof(struct whole)), sizeof(struct whole), sizeof(struct whole), __builtin_offsetof(struct whole, first), 1, &part__extension_type_v1), sizeof(struct whole), sizeof(struct whole), __builtin_offsetof(struct whole, more), 2, &part__extension_type_v1)));
}

/* ---- Callbacks ---- */

/* callbacks.c:1: hand-written */
static void polus_extend_part(struct part *object) { ((struct part__extension *)polus_extension(object, &part__extension_type_v1))->values = &((struct part__old *)object)->n; }

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "part__extension_start", "old.c", "part__extension_start_v1",
      "it is new",
      (void *)part__extension_start_v1, 0x0, POLUS_ADDED, 0 },
    { "g", "", "g_v1",
      "it is new",
      (void *)g_v1, 0x0, POLUS_ADDED, 0 },
    { "f", "", "f_v2",
      "its text changed; it uses part__extension_type, which is new; it uses g, which is new",
      (void *)f_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "part__extension_type", "old.c", "", "part__extension_type_v1",
      "new, or a constant with another value",
      (void *)&part__extension_type_v1, 0, 0, 0x0, 0, 32, POLUS_NEW, 0 },
    { "polus_extension_types", "callbacks.c", "", "polus_extension_types_v1",
      "new, or a constant with another value",
      (void *)&polus_extension_types_v1, 0, 0, 0x0, 0, 8, POLUS_NEW, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "all", "all", "", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { "polus_extension_cache", "polus_extension_cache", "", "", 0x0, 0, POLUS_RUNTIME, 0 },
    { "polus_extension_find", "polus_extension_find", "", "", 0x0, 0, POLUS_RUNTIME, 0 },
    { "polus_extension_fresh", "polus_extension_fresh", "", "", 0x0, 0, POLUS_RUNTIME, 0 },
    { "polus_extension_new", "polus_extension_new", "", "", 0x0, 0, POLUS_RUNTIME, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

_Static_assert(sizeof(struct part) == 8, "struct part must have the size that the process knows");
static const struct polus_field polus_fields_0[] = {
    { "n", 0, 32 },
    { "kind", 32, 8 },
    { 0, 0, 0 }
};

_Static_assert(sizeof(struct whole) == 40, "struct whole must have the size that the process knows");
static const struct polus_field polus_fields_1[] = {
    { "id", 0, 32 },
    { "first", 32, 64 },
    { "more", 96, 128 },
    { "next", 256, 64 },
    { 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { "struct part", 8, polus_fields_0, 2 },
    { "struct whole", 40, polus_fields_1, 4 },
    { 0, 0, 0, 0 }
};

static const struct polus_callback polus_callbacks[] = {
    { 0, 0, 0 }
};

__attribute__((visibility("default"))) const struct polus_patch polus_patch = {
    POLUS_ABI, sizeof(struct polus_patch),
    0, 1,
    "DIGEST",
    "DIGEST",
    "DIGEST",
    "old",
    "",
    "",
    polus_functions, polus_variables, polus_uses, polus_imports, polus_layouts,
    3, 2, 0, 5, 2, 0,
    polus_callbacks, 0,
    0, 0, 1, polus_extension_types_v1,
};
