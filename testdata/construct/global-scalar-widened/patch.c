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

/* ---- Types of old instances ---- */

/* old.c:1: the type of the old instance */
typedef int polus__old_count;

/* old.c:2: the type of the old instance */
typedef float polus__old_rate;

/* ---- What the patch defines ---- */

static __attribute__((noipa)) void add_v2(int n);
static __attribute__((noipa)) int get_v2(void);
static long count_v2;
static double rate_v2;

/* ---- Globals ---- */

/* new.c:1: the new instance; its type changed */
static long count_v2;

/* new.c:2: the new instance; its type changed */
static double rate_v2;

/* ---- Functions ---- */

/* new.c:3: it uses the changed global count; it uses the changed global rate */
static void add_v2(int n) { count_v2 += n; rate_v2 = rate_v2 * 0.5f; }

/* new.c:4: it uses the changed global count */
static int get_v2(void) { return count_v2; }

/* ---- State synchronization ---- */

/* new.c:1: state synchronization */
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

/* new.c:2: state synchronization */
static void polus_sync_rate_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_rate *from = source, *was = before;
    __typeof__(rate_v2) *to = target;
    if (!was || __builtin_memcmp((const void *)&(*was), (const void *)&(*from), sizeof (*from)))
        (*to) = (__typeof__((*to)))(*from);
}

static void polus_sync_rate_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(rate_v2) *from = source, *was = before;
    polus__old_rate *to = target;
    if (!was || __builtin_memcmp((const void *)&(*was), (const void *)&(*from), sizeof (*from)))
        (*to) = (__typeof__((*to)))(*from);
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "add", "", "add_v2",
      "it uses the changed global count; it uses the changed global rate",
      (void *)add_v2, 0x0, POLUS_REPLACED, 0 },
    { "get", "", "get_v2",
      "it uses the changed global count",
      (void *)get_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "count", "old.c", "", "count_v2",
      "its type changed",
      (void *)&count_v2, polus_sync_count_v2_to_new, polus_sync_count_v2_to_old, 0x0, 4, 8, POLUS_MIGRATED, 0 },
    { "rate", "old.c", "", "rate_v2",
      "its type changed",
      (void *)&rate_v2, polus_sync_rate_v2_to_new, polus_sync_rate_v2_to_old, 0x0, 4, 8, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* add uses count */
    { 0, 1, 0 }, /* add uses rate */
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
    2, 2, 3, 0, 0, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
