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

/* new.c:1: a type that the patch uses */
struct flags { unsigned open:1; unsigned kind:5; unsigned fresh:2; unsigned rest:4; };

/* ---- Types of old instances ---- */

/* old.c:1: a type of old instances */
struct flags__old { unsigned open:1; unsigned kind:3; unsigned rest:4; };

/* old.c:2: the type of the old instance */
typedef struct flags__old polus__old_flags;

/* ---- What the patch defines ---- */

static __attribute__((noipa)) void set_kind_v2(unsigned kind);
static __attribute__((noipa)) unsigned get_open_v2(void);
static struct flags flags_v2;

/* ---- Globals ---- */

/* new.c:2: the new instance; its type changed */
static struct flags flags_v2;

/* ---- Functions ---- */

/* new.c:3: it depends on the layout of struct flags; it uses the changed global flags */
static void set_kind_v2(unsigned kind) { flags_v2.kind = kind; }

/* new.c:4: it depends on the layout of struct flags; it uses the changed global flags */
static unsigned get_open_v2(void) { return flags_v2.open; }

/* ---- State synchronization ---- */

/* new.c:2: state synchronization */
static void polus_sync_flags_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_flags *from = source, *was = before;
    __typeof__(flags_v2) *to = target;
    if (!was || (*was).open != (*from).open)
        (*to).open = (*from).open;
    if (!was || (*was).kind != (*from).kind)
        (*to).kind = (*from).kind;
    if (!was || (*was).rest != (*from).rest)
        (*to).rest = (*from).rest;
}

static void polus_sync_flags_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(flags_v2) *from = source, *was = before;
    polus__old_flags *to = target;
    if (!was || (*was).open != (*from).open)
        (*to).open = (*from).open;
    if (!was || (*was).kind != (*from).kind)
        (*to).kind = (*from).kind;
    if (!was || (*was).rest != (*from).rest)
        (*to).rest = (*from).rest;
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "set_kind", "", "set_kind_v2",
      "it depends on the layout of struct flags; it uses the changed global flags",
      (void *)set_kind_v2, 0x0, POLUS_REPLACED, 0 },
    { "get_open", "", "get_open_v2",
      "it depends on the layout of struct flags; it uses the changed global flags",
      (void *)get_open_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "flags", "old.c", "", "flags_v2",
      "its type changed",
      (void *)&flags_v2, polus_sync_flags_v2_to_new, polus_sync_flags_v2_to_old, 0x0, 4, 4, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* set_kind uses flags */
    { 1, 0, 0 }, /* get_open uses flags */
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
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
    2, 1, 2, 0, 0, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
