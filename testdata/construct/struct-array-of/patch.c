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
struct slot { int used; long since; int owner; };

/* ---- Types of old instances ---- */

/* old.c:1: a type of old instances */
struct slot__old { int used; int owner; };

/* old.c:2: the type of the old instance */
typedef struct slot__old polus__old_slots[8];

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int owner_of_v2(int n);
static struct slot slots_v2[12];

/* ---- Globals ---- */

/* new.c:2: the new instance; its type changed */
static struct slot slots_v2[12];

/* ---- Functions ---- */

/* new.c:3: it depends on the layout of struct slot; it uses the changed global slots */
static int owner_of_v2(int n) { return slots_v2[n].used ? slots_v2[n].owner : -1; }

/* ---- State synchronization ---- */

/* new.c:2: state synchronization */
static void polus_sync_slots_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_slots *from = source, *was = before;
    __typeof__(slots_v2) *to = target;
    for (unsigned long i0 = 0; i0 < 8; i0++) {
        if (!was || (*was)[i0].used != (*from)[i0].used)
            (*to)[i0].used = (*from)[i0].used;
        if (!was || (*was)[i0].owner != (*from)[i0].owner)
            (*to)[i0].owner = (*from)[i0].owner;
    }
}

static void polus_sync_slots_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(slots_v2) *from = source, *was = before;
    polus__old_slots *to = target;
    for (unsigned long i0 = 0; i0 < 8; i0++) {
        if (!was || (*was)[i0].used != (*from)[i0].used)
            (*to)[i0].used = (*from)[i0].used;
        if (!was || (*was)[i0].owner != (*from)[i0].owner)
            (*to)[i0].owner = (*from)[i0].owner;
    }
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "owner_of", "", "owner_of_v2",
      "it depends on the layout of struct slot; it uses the changed global slots",
      (void *)owner_of_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "slots", "old.c", "", "slots_v2",
      "its type changed",
      (void *)&slots_v2, polus_sync_slots_v2_to_new, polus_sync_slots_v2_to_old, 0x0, 64, 288, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* owner_of uses slots */
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
