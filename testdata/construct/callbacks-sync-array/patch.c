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
typedef int polus__old_table[4];

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int get_v2(int i);
static short table_v2[2];

/* ---- Globals ---- */

/* new.c:1: the new instance; its type changed */
static short table_v2[2] = {1, 3};

/* ---- Functions ---- */

/* new.c:2: its text changed; it uses the changed global table */
static int get_v2(int i) { return table_v2[(i & 3) / 2]; }

/* ---- Callbacks ---- */

/* callbacks.c:1: hand-written */
static void polus_to_new_table(const int (*from)[4], short (*to)[2])
{
    for (int i = 0; i < 2; i++)
        (*to)[i] = (short)(*from)[2 * i];
}

/* callbacks.c:7: hand-written */
static void polus_to_old_table(const short (*from)[2], int (*to)[4])
{
    for (int i = 0; i < 4; i++)
        (*to)[i] = (*from)[i / 2];
}

/* ---- State synchronization ---- */

/* new.c:1: state synchronization */
static void polus_sync_table_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_table *from = source, *was = before;
    __typeof__(table_v2) *to = target;
    if (was && !__builtin_memcmp(was, from, sizeof *from))
        return;
    polus_to_new_table(from, to);
}

static void polus_sync_table_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(table_v2) *from = source, *was = before;
    polus__old_table *to = target;
    if (was && !__builtin_memcmp(was, from, sizeof *from))
        return;
    polus_to_old_table(from, to);
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "get", "", "get_v2",
      "its text changed; it uses the changed global table",
      (void *)get_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "table", "old.c", "", "table_v2",
      "its type changed",
      (void *)&table_v2, polus_sync_table_v2_to_new, polus_sync_table_v2_to_old, 0x0, 16, 4, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* get uses table */
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
