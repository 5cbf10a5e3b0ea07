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

/* new.c:2: a type that the patch uses */
#pragma pack(push, 1)
struct wire { char kind; int length; char flags; };
#pragma pack(pop)

/* new.c:4: a type that the patch uses */
struct head { char kind; long length; } __attribute__((packed));

/* new.c:6: head stays in the process */
extern struct head __attribute__((aligned(64))) head;

/* ---- Bound by the injector ---- */

#pragma weak head

/* ---- Types of old instances ---- */

/* old.c:2: a type of old instances */
#pragma pack(push, 1)
struct wire__old { char kind; int length; };
#pragma pack(pop)

/* old.c:5: the type of the old instance */
typedef struct wire__old polus__old_wire;

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int length_v2(void);
static struct wire wire_v2;

/* ---- Globals ---- */

/* new.c:5: the new instance; its type changed */
static struct wire wire_v2;

/* ---- Functions ---- */

/* new.c:7: its text changed; it depends on the layout of struct wire; it uses the changed global wire */
static int length_v2(void) { return wire_v2.length + head.length + 1; }

/* ---- State synchronization ---- */

/* new.c:5: state synchronization */
static void polus_sync_wire_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_wire *from = source, *was = before;
    __typeof__(wire_v2) *to = target;
    if (!was || (*was).kind != (*from).kind)
        (*to).kind = (*from).kind;
    if (!was || (*was).length != (*from).length)
        (*to).length = (*from).length;
}

static void polus_sync_wire_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(wire_v2) *from = source, *was = before;
    polus__old_wire *to = target;
    if (!was || (*was).kind != (*from).kind)
        (*to).kind = (*from).kind;
    if (!was || (*was).length != (*from).length)
        (*to).length = (*from).length;
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "length", "", "length_v2",
      "its text changed; it depends on the layout of struct wire; it uses the changed global wire",
      (void *)length_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "wire", "old.c", "", "wire_v2",
      "its type changed",
      (void *)&wire_v2, polus_sync_wire_v2_to_new, polus_sync_wire_v2_to_old, 0x0, 5, 6, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* length uses wire */
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "head", "head", "old.c", "", 0x0, 9, POLUS_VARIABLE, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

_Static_assert(sizeof(struct head) == 9, "struct head must have the size that the process knows");
static const struct polus_field polus_fields_0[] = {
    { "kind", 0, 8 },
    { "length", 8, 64 },
    { 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { "struct head", 9, polus_fields_0, 2 },
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
    1, 1, 1, 1, 1, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
