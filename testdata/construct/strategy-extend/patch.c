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

/* <polusc>:1: a type that the patch uses */
struct polus_companion {
    void *object;             // an import, or the patch's own
    unsigned long long count; // of objects
    void *records;            // struct polus_extension, each with its fields, all zero
    unsigned long long stride; // bytes from one record to the next
    const struct polus_extension_type *type;
};

/* new.c:1: a type that the patch uses */
struct s { int a; };

/* <polusc>:1: a type that the patch uses */
struct s__extension { int b; };

/* <polusc>:1: a type that the patch uses */
struct s__companion { struct polus_extension head; struct s__extension fields; };

/* new.c:2: s stays in the process */
extern struct s s;

/* ---- Bound by the injector ---- */

#pragma weak s

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int f_v2(void);
static struct polus_extension_type s__extension_type_v1;
static struct s__companion s__extension_v1;
static const struct polus_extension_type *const polus_extension_types_v1[1];
static const struct polus_companion polus_companions_v1[1];

/* ---- Globals ---- */

/* <polusc>:1: the patch's own instance */
static struct polus_extension_type s__extension_type_v1 = { "struct s", sizeof(struct s), sizeof(struct s__extension), 0 };

/* <polusc>:1: the patch's own instance */
static struct s__companion s__extension_v1 = { .fields = { 2 } };

/* <polusc>:1: the patch's own instance */
static const struct polus_extension_type *const polus_extension_types_v1[1] = { &s__extension_type_v1 };

/* <polusc>:1: the patch's own instance */
static const struct polus_companion polus_companions_v1[1] = { { &s, 1, &s__extension_v1, sizeof(struct s__companion), &s__extension_type_v1 } };

/* ---- Functions ---- */

/* new.c:3: its text changed; it uses s__extension, which is new */
static int f_v2(void) { return s.a + s__extension_v1.fields.b; }

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "f", "", "f_v2",
      "its text changed; it uses s__extension, which is new",
      (void *)f_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "s__extension_type", "old.c", "", "s__extension_type_v1",
      "new, or a constant with another value",
      (void *)&s__extension_type_v1, 0, 0, 0x0, 0, 32, POLUS_NEW, 0 },
    { "s__extension", "old.c", "", "s__extension_v1",
      "new, or a constant with another value",
      (void *)&s__extension_v1, 0, 0, 0x0, 0, 48, POLUS_NEW, 0 },
    { "polus_extension_types", "old.c", "", "polus_extension_types_v1",
      "new, or a constant with another value",
      (void *)&polus_extension_types_v1, 0, 0, 0x0, 0, 8, POLUS_NEW, 0 },
    { "polus_companions", "old.c", "", "polus_companions_v1",
      "new, or a constant with another value",
      (void *)&polus_companions_v1, 0, 0, 0x0, 0, 40, POLUS_NEW, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "s", "s", "", "", 0x0, 4, POLUS_VARIABLE, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

_Static_assert(sizeof(struct s) == 4, "struct s must have the size that the process knows");
static const struct polus_field polus_fields_0[] = {
    { "a", 0, 32 },
    { 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { "struct s", 4, polus_fields_0, 1 },
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
    1, 4, 0, 1, 1, 0,
    polus_callbacks, 0,
    polus_companions_v1, 1, 1, polus_extension_types_v1,
};
