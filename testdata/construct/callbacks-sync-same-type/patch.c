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
typedef int polus__old_timeout;

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int expired_v2(int now);
static __attribute__((noipa)) int reader_v2(void);
static int timeout_v2;

/* ---- Globals ---- */

/* new.c:1: the new instance; its type changed */
static int timeout_v2 = 30000;

/* ---- Functions ---- */

/* new.c:2: its text changed; it uses the changed global timeout */
static int expired_v2(int now) { return now * 1000 > timeout_v2; }

/* new.c:3: it uses the changed global timeout */
static int reader_v2(void) { return timeout_v2; }

/* ---- Callbacks ---- */

/* callbacks.c:2: hand-written */
static void polus_to_new_timeout(const int *from, int *to)
{
    *to = *from * 1000;
}

/* callbacks.c:7: hand-written */
static void polus_to_old_timeout(const int *from, int *to)
{
    *to = *from / 1000;
}

/* ---- State synchronization ---- */

/* new.c:1: state synchronization */
static void polus_sync_timeout_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_timeout *from = source, *was = before;
    __typeof__(timeout_v2) *to = target;
    if (was && !__builtin_memcmp(was, from, sizeof *from))
        return;
    polus_to_new_timeout(from, to);
}

static void polus_sync_timeout_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(timeout_v2) *from = source, *was = before;
    polus__old_timeout *to = target;
    if (was && !__builtin_memcmp(was, from, sizeof *from))
        return;
    polus_to_old_timeout(from, to);
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "expired", "", "expired_v2",
      "its text changed; it uses the changed global timeout",
      (void *)expired_v2, 0x0, POLUS_REPLACED, 0 },
    { "reader", "", "reader_v2",
      "it uses the changed global timeout",
      (void *)reader_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "timeout", "old.c", "", "timeout_v2",
      "hand-written functions carry it",
      (void *)&timeout_v2, polus_sync_timeout_v2_to_new, polus_sync_timeout_v2_to_old, 0x0, 4, 4, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* expired uses timeout */
    { 1, 0, 0 }, /* reader uses timeout */
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
