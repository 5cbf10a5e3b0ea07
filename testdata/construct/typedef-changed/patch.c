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
typedef long count_t;

/* ---- Types of old instances ---- */

/* old.c:1: a type of old instances */
typedef int count_t__old;

/* old.c:2: the type of the old instance */
typedef count_t__old polus__old_count;

/* ---- What the patch defines ---- */

static __attribute__((noipa, patchable_function_entry(5))) void add_v2(count_t n);
static __attribute__((noipa, patchable_function_entry(5))) count_t get_v2(void);
static count_t count_v2;

/* ---- Globals ---- */

/* new.c:2: the new instance; its type changed */
static count_t count_v2;

/* ---- Functions ---- */

/* new.c:3: its type changed; it depends on the layout of count_t; it uses the changed global count */
static void add_v2(count_t n) { count_v2 += n; }

/* new.c:4: its type changed; it depends on the layout of count_t; it uses the changed global count */
static count_t get_v2(void) { return count_v2; }

/* ---- State synchronization ---- */

/* new.c:2: state synchronization */
static void polus_sync_count_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_count *from = source, *was = before;
    __typeof__(count_v2) *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

static void polus_sync_count_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(count_v2) *from = source, *was = before;
    polus__old_count *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "add", "", "add_v2",
      "its type changed; it depends on the layout of count_t; it uses the changed global count",
      (void *)add_v2, 0x0, POLUS_ADDED, 0 },
    { "get", "", "get_v2",
      "its type changed; it depends on the layout of count_t; it uses the changed global count",
      (void *)get_v2, 0x0, POLUS_ADDED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "count", "old.c", "", "count_v2",
      "its type changed",
      (void *)&count_v2, polus_sync_count_v2_to_new, polus_sync_count_v2_to_old, 0x0, 4, 8, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* add uses count */
    { 1, 0, 0 }, /* get uses count */
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
