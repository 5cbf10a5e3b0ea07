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
typedef int polus__old_seen[4];

/* ---- What the patch defines ---- */

static __attribute__((noipa)) void note_v2(int n);
static __attribute__((noipa)) int count_v2(int n);
static int seen_v2[16];

/* ---- Globals ---- */

/* new.c:1: the new instance; its type changed */
static int seen_v2[16];

/* ---- Functions ---- */

/* new.c:2: its text changed; it uses the changed global seen */
static void note_v2(int n) { seen_v2[n % 16]++; }

/* new.c:3: it uses the changed global seen */
static int count_v2(int n) { return seen_v2[n]; }

/* ---- State synchronization ---- */

/* new.c:1: state synchronization */
static void polus_sync_seen_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_seen *from = source, *was = before;
    __typeof__(seen_v2) *to = target;
    for (unsigned long i0 = 0; i0 < 4; i0++) {
        if (!was || (*was)[i0] != (*from)[i0])
            (*to)[i0] = (*from)[i0];
    }
}

static void polus_sync_seen_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(seen_v2) *from = source, *was = before;
    polus__old_seen *to = target;
    for (unsigned long i0 = 0; i0 < 4; i0++) {
        if (!was || (*was)[i0] != (*from)[i0])
            (*to)[i0] = (*from)[i0];
    }
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "note", "", "note_v2",
      "its text changed; it uses the changed global seen",
      (void *)note_v2, 0x0, POLUS_REPLACED, 0 },
    { "count", "", "count_v2",
      "it uses the changed global seen",
      (void *)count_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "seen", "old.c", "", "seen_v2",
      "its type changed",
      (void *)&seen_v2, polus_sync_seen_v2_to_new, polus_sync_seen_v2_to_old, 0x0, 16, 64, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* note uses seen */
    { 1, 0, 0 }, /* count uses seen */
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
