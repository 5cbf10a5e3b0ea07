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
typedef int polus__old_last;

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int get_v2(void);
static __attribute__((tls_model("initial-exec"))) __thread long last_v2;
static __attribute__((noipa)) void *polus__thread__last(void);

/* ---- Globals ---- */

/* new.c:1: the new instance; its type changed */
static __attribute__((tls_model("initial-exec"))) __thread long last_v2;

/* ---- Functions ---- */

/* new.c:2: it uses the changed global last */
static int get_v2(void) { return last_v2; }

/* new.c:1: leads later patches to last */
static __attribute__((noipa)) void *polus__thread__last(void)
{
    return (void *)&last_v2;
}

/* ---- State synchronization ---- */

/* new.c:1: state synchronization */
static void polus_sync_last_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_last *from = source, *was = before;
    __typeof__(last_v2) *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

static void polus_sync_last_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(last_v2) *from = source, *was = before;
    polus__old_last *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "get", "", "get_v2",
      "it uses the changed global last",
      (void *)get_v2, 0x0, POLUS_REPLACED, 0 },
    { "polus__thread__last", "old.c", "polus__thread__last",
      "leads later patches to last",
      (void *)polus__thread__last, 0x0, POLUS_ADDED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "last", "old.c", "", "last_v2",
      "its type changed",
      (void *)polus__thread__last, polus_sync_last_v2_to_new, polus_sync_last_v2_to_old, 0x0, 4, 8, POLUS_MIGRATED, POLUS_PER_THREAD },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* get uses last */
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
    2, 1, 1, 0, 0, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
