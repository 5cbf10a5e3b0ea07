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
struct sizes { long size; struct sizes *next; };

/* new.c:2: a type that the patch uses */
struct client { struct sizes *all; unsigned char *name; struct sizes *any; int (*run)(const struct sizes *, unsigned char *); };

/* <polusc>:1: a type that the patch uses */
struct client__extension { int fresh; };

/* new.c:3: clients stays in the process */
extern struct client *clients;

/* ---- Bound by the injector ---- */

#pragma weak clients
#pragma weak polus_extension_cache
#pragma weak polus_extension_find

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int f_v2(void);
static struct polus_extension_type client__extension_type_v1;
static const struct polus_extension_type *const polus_extension_types_v1[1];

/* ---- Globals ---- */

/* <polusc>:1: the patch's own instance */
static struct polus_extension_type client__extension_type_v1 = { "struct client", sizeof(struct client), sizeof(struct client__extension), 0 };

/* <polusc>:1: the patch's own instance */
static const struct polus_extension_type *const polus_extension_types_v1[1] = { &client__extension_type_v1 };

/* ---- Functions ---- */

/* new.c:4: its text changed; it uses client__extension_type, which is new */
static int f_v2(void) { return clients->run(clients->all, clients->name) + ((struct client__extension *)polus_extension(clients, &client__extension_type_v1))->fresh; }

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "f", "", "f_v2",
      "its text changed; it uses client__extension_type, which is new",
      (void *)f_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "client__extension_type", "old.c", "", "client__extension_type_v1",
      "new, or a constant with another value",
      (void *)&client__extension_type_v1, 0, 0, 0x0, 0, 32, POLUS_NEW, 0 },
    { "polus_extension_types", "old.c", "", "polus_extension_types_v1",
      "new, or a constant with another value",
      (void *)&polus_extension_types_v1, 0, 0, 0x0, 0, 8, POLUS_NEW, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "clients", "clients", "", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { "polus_extension_cache", "polus_extension_cache", "", "", 0x0, 0, POLUS_RUNTIME, 0 },
    { "polus_extension_find", "polus_extension_find", "", "", 0x0, 0, POLUS_RUNTIME, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

_Static_assert(sizeof(struct client) == 32, "struct client must have the size that the process knows");
static const struct polus_field polus_fields_0[] = {
    { "all", 0, 64 },
    { "name", 64, 64 },
    { "any", 128, 64 },
    { "run", 192, 64 },
    { 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { "struct client", 32, polus_fields_0, 4 },
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
    1, 2, 0, 3, 1, 0,
    polus_callbacks, 0,
    0, 0, 1, polus_extension_types_v1,
};
