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

/* new.c:1: a type that the patch uses */
typedef struct has_tag { int a; int b; } plain;

/* <polusc>:1: a type that the patch uses */
struct has_tag__extension { int fresh; };

/* new.c:2: a type that the patch uses */
typedef struct { int a; int b; } tagged;

/* <polusc>:1: a type that the patch uses */
struct tagged__extension { int fresh; };

/* new.c:3: a type that the patch uses */
typedef struct this_tag { int a; int b; struct this_tag *next; } other;

/* <polusc>:1: a type that the patch uses */
struct this_tag__extension { int fresh; };

/* new.c:4: a type that the patch uses */
typedef struct { int kind; char polus_gap_4[4] __attribute__((aligned(4))); int rank; } came;

/* <polusc>:1: a type that the patch uses */
struct came__extension { int fresh; };

/* new.c:5: a type that the patch uses */
struct holder { came way; plain one; tagged many[3]; other last; };

/* new.c:6: holder stays in the process */
extern struct holder *holder;

/* new.c:7: any stays in the process */
extern void *any;
extern void *some;
extern void *all;

/* ---- Bound by the injector ---- */

#pragma weak holder
#pragma weak any
#pragma weak some
#pragma weak all
#pragma weak polus_extension_cache
#pragma weak polus_extension_find

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int f_v2(void);
static struct polus_extension_type has_tag__extension_type_v1;
static struct polus_extension_type tagged__extension_type_v1;
static struct polus_extension_type this_tag__extension_type_v1;
static struct polus_extension_type came__extension_type_v1;
static const struct polus_extension_type *const polus_extension_types_v1[4];

/* ---- Globals ---- */

/* <polusc>:1: the patch's own instance */
static struct polus_extension_type has_tag__extension_type_v1 = { "struct has_tag", sizeof(struct has_tag), sizeof(struct has_tag__extension), 0 };

/* <polusc>:1: the patch's own instance */
static struct polus_extension_type tagged__extension_type_v1 = { "tagged", sizeof(tagged), sizeof(struct tagged__extension), 0 };

/* <polusc>:1: the patch's own instance */
static struct polus_extension_type this_tag__extension_type_v1 = { "struct this_tag", sizeof(struct this_tag), sizeof(struct this_tag__extension), 0 };

/* <polusc>:1: the patch's own instance */
static struct polus_extension_type came__extension_type_v1 = { "came", sizeof(came), sizeof(struct came__extension), 0 };

/* <polusc>:1: the patch's own instance */
static const struct polus_extension_type *const polus_extension_types_v1[4] = { &came__extension_type_v1, &has_tag__extension_type_v1, &tagged__extension_type_v1, &this_tag__extension_type_v1 };

/* ---- Functions ---- */

/* new.c:8: its text changed; it uses has_tag__extension_type, which is new; it uses tagged__extension_type, which is new; it uses this_tag__extension_type, which is new; it uses came__extension_type, which is new */
static int f_v2(void) { struct this_tag *o = all; return ((struct has_tag__extension *)polus_extension(((plain *)any), &has_tag__extension_type_v1))->fresh + ((struct tagged__extension *)polus_extension(((tagged *)some), &tagged__extension_type_v1))->fresh + ((struct this_tag__extension *)polus_extension(o, &this_tag__extension_type_v1))->fresh + ((struct has_tag__extension *)polus_extension(&(holder->one), &has_tag__extension_type_v1))->fresh + ((struct this_tag__extension *)polus_extension(holder->last.next, &this_tag__extension_type_v1))->fresh + ((struct came__extension *)polus_extension(&(holder->way), &came__extension_type_v1))->fresh + holder->way.rank; }

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "f", "", "f_v2",
      "its text changed; it uses has_tag__extension_type, which is new; it uses tagged__extension_type, which is new; it uses this_tag__extension_type, which is new; it uses came__extension_type, which is new",
      (void *)f_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "has_tag__extension_type", "old.c", "", "has_tag__extension_type_v1",
      "new, or a constant with another value",
      (void *)&has_tag__extension_type_v1, 0, 0, 0x0, 0, 32, POLUS_NEW, 0 },
    { "tagged__extension_type", "old.c", "", "tagged__extension_type_v1",
      "new, or a constant with another value",
      (void *)&tagged__extension_type_v1, 0, 0, 0x0, 0, 32, POLUS_NEW, 0 },
    { "this_tag__extension_type", "old.c", "", "this_tag__extension_type_v1",
      "new, or a constant with another value",
      (void *)&this_tag__extension_type_v1, 0, 0, 0x0, 0, 32, POLUS_NEW, 0 },
    { "came__extension_type", "old.c", "", "came__extension_type_v1",
      "new, or a constant with another value",
      (void *)&came__extension_type_v1, 0, 0, 0x0, 0, 32, POLUS_NEW, 0 },
    { "polus_extension_types", "old.c", "", "polus_extension_types_v1",
      "new, or a constant with another value",
      (void *)&polus_extension_types_v1, 0, 0, 0x0, 0, 32, POLUS_NEW, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "holder", "holder", "", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { "any", "any", "", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { "some", "some", "", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { "all", "all", "", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { "polus_extension_cache", "polus_extension_cache", "", "", 0x0, 0, POLUS_RUNTIME, 0 },
    { "polus_extension_find", "polus_extension_find", "", "", 0x0, 0, POLUS_RUNTIME, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

_Static_assert(sizeof(struct has_tag) == 8, "struct has_tag must have the size that the process knows");
static const struct polus_field polus_fields_0[] = {
    { "a", 0, 32 },
    { "b", 32, 32 },
    { 0, 0, 0 }
};

_Static_assert(sizeof(struct this_tag) == 16, "struct this_tag must have the size that the process knows");
static const struct polus_field polus_fields_1[] = {
    { "a", 0, 32 },
    { "b", 32, 32 },
    { "next", 64, 64 },
    { 0, 0, 0 }
};

_Static_assert(sizeof(came) == 12, "came must have the size that the process knows");
static const struct polus_field polus_fields_2[] = {
    { "kind", 0, 32 },
    { "rank", 64, 32 },
    { 0, 0, 0 }
};

_Static_assert(sizeof(struct holder) == 64, "struct holder must have the size that the process knows");
static const struct polus_field polus_fields_3[] = {
    { "way", 0, 96 },
    { "one", 96, 64 },
    { "many", 160, 192 },
    { "last", 384, 128 },
    { 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { "struct has_tag", 8, polus_fields_0, 2 },
    { "struct this_tag", 16, polus_fields_1, 3 },
    { "came", 12, polus_fields_2, 2 },
    { "struct holder", 64, polus_fields_3, 4 },
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
    1, 5, 0, 6, 4, 0,
    polus_callbacks, 0,
    0, 0, 4, polus_extension_types_v1,
};
