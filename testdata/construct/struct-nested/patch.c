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
struct pair { int first, middle, second; };

/* new.c:2: a type that the patch uses */
struct outer { struct pair pair; struct { int x; }; union { int i; float f; } any; int last; };

/* ---- Types of old instances ---- */

/* old.c:1: a type of old instances */
struct pair__old { int first, second; };

/* old.c:2: a type of old instances */
struct outer__old { struct pair__old pair; struct { int x; }; union { int i; float f; } any; int last; };

/* old.c:3: the type of the old instance */
typedef struct outer__old polus__old_outer;

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int read_last_v2(void);
static struct outer outer_v2;

/* ---- Globals ---- */

/* new.c:3: the new instance; its type changed */
static struct outer outer_v2;

/* ---- Functions ---- */

/* new.c:4: it depends on the layout of struct pair; it depends on the layout of struct outer; it uses the changed global outer */
static int read_last_v2(void) { return outer_v2.last + outer_v2.x + outer_v2.pair.second + outer_v2.any.i; }

/* ---- State synchronization ---- */

/* new.c:3: state synchronization */
static void polus_sync_outer_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_outer *from = source, *was = before;
    __typeof__(outer_v2) *to = target;
    if (!was || (*was).pair.first != (*from).pair.first)
        (*to).pair.first = (*from).pair.first;
    if (!was || (*was).pair.second != (*from).pair.second)
        (*to).pair.second = (*from).pair.second;
    if (!was || (*was).x != (*from).x)
        (*to).x = (*from).x;
    if (!was || __builtin_memcmp((const void *)&(*was).any, (const void *)&(*from).any, 4))
        __builtin_memcpy((void *)&(*to).any, (const void *)&(*from).any, 4);
    if (!was || (*was).last != (*from).last)
        (*to).last = (*from).last;
}

static void polus_sync_outer_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(outer_v2) *from = source, *was = before;
    polus__old_outer *to = target;
    if (!was || (*was).pair.first != (*from).pair.first)
        (*to).pair.first = (*from).pair.first;
    if (!was || (*was).pair.second != (*from).pair.second)
        (*to).pair.second = (*from).pair.second;
    if (!was || (*was).x != (*from).x)
        (*to).x = (*from).x;
    if (!was || __builtin_memcmp((const void *)&(*was).any, (const void *)&(*from).any, 4))
        __builtin_memcpy((void *)&(*to).any, (const void *)&(*from).any, 4);
    if (!was || (*was).last != (*from).last)
        (*to).last = (*from).last;
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "read_last", "", "read_last_v2",
      "it depends on the layout of struct pair; it depends on the layout of struct outer; it uses the changed global outer",
      (void *)read_last_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "outer", "old.c", "", "outer_v2",
      "its type changed",
      (void *)&outer_v2, polus_sync_outer_v2_to_new, polus_sync_outer_v2_to_old, 0x0, 20, 24, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* read_last uses outer */
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
    1, 1, 1, 0, 0, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
