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
typedef struct { int a; int c; int b; } pair_t;

/* ---- Types of old instances ---- */

/* old.c:1: a type of old instances */
typedef struct { int a; int b; } pair_t__old;

/* old.c:2: the type of the old instance */
typedef pair_t__old polus__old_pair;

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int sum_v2(void);
static pair_t pair_v2;

/* ---- Globals ---- */

/* new.c:2: the new instance; its type changed */
static pair_t pair_v2 = {1, 0, 2};

/* ---- Functions ---- */

/* new.c:3: its text changed; it depends on the layout of pair_t; it uses the changed global pair */
static int sum_v2(void) { return pair_v2.a + pair_v2.b + pair_v2.c; }

/* ---- State synchronization ---- */

/* new.c:2: state synchronization */
static void polus_sync_pair_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_pair *from = source, *was = before;
    __typeof__(pair_v2) *to = target;
    if (!was || (*was).a != (*from).a)
        (*to).a = (*from).a;
    if (!was || (*was).b != (*from).b)
        (*to).b = (*from).b;
}

static void polus_sync_pair_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(pair_v2) *from = source, *was = before;
    polus__old_pair *to = target;
    if (!was || (*was).a != (*from).a)
        (*to).a = (*from).a;
    if (!was || (*was).b != (*from).b)
        (*to).b = (*from).b;
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "sum", "", "sum_v2",
      "its text changed; it depends on the layout of pair_t; it uses the changed global pair",
      (void *)sum_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "pair", "", "", "pair_v2",
      "its type changed",
      (void *)&pair_v2, polus_sync_pair_v2_to_new, polus_sync_pair_v2_to_old, 0x0, 8, 12, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* sum uses pair */
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
