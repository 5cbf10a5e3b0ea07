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
typedef enum { LOW, HIGH, TOP } level_t;

/* new.c:3: a type that the patch uses */
typedef struct { level_t all[2]; long other; } polus__nameless_76;

/* ---- Types of old instances ---- */

/* old.c:1: a type of old instances */
typedef enum { LOW__old, MIDDLE__old, HIGH__old } level_t__old;

/* old.c:2: the type of the old instance */
typedef level_t__old polus__old_level;

/* old.c:3: the type of the old instance */
typedef struct { level_t__old all[2]; long other; } polus__nameless_82__old;
typedef polus__nameless_82__old polus__old_kept;

/* ---- What the patch defines ---- */

static __attribute__((noipa)) void raise_v2(void);
static __attribute__((noipa)) int is_high_v2(void);
static level_t level_v2;
static polus__nameless_76 kept_v2;

/* ---- Globals ---- */

/* new.c:2: the new instance; its type changed */
static level_t level_v2 = LOW;

/* new.c:3: the new instance; its type changed */
static polus__nameless_76 kept_v2;

/* ---- Functions ---- */

/* new.c:4: it depends on the layout of a type without a name; it uses the changed global level; it uses the changed global kept; it uses HIGH, whose value changed */
static void raise_v2(void) { if (level_v2 < HIGH) level_v2++; kept_v2.all[0] = level_v2; }

/* new.c:5: it uses the changed global level; it uses HIGH, whose value changed */
static int is_high_v2(void) { return level_v2 == HIGH; }

/* ---- State synchronization ---- */

/* new.c:2: state synchronization */
static void polus_sync_level_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_level *from = source, *was = before;
    __typeof__(level_v2) *to = target;
    if (!was || (*was) != (*from))
        switch ((*from)) {
        case 1: break; /* MIDDLE */
        case 2: (*to) = 1; break; /* HIGH */
        default: (*to) = (*from);
        }
}

static void polus_sync_level_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(level_v2) *from = source, *was = before;
    polus__old_level *to = target;
    if (!was || (*was) != (*from))
        switch ((*from)) {
        case 1: (*to) = 2; break; /* HIGH */
        case 2: break; /* TOP */
        default: (*to) = (*from);
        }
}

/* new.c:3: state synchronization */
static void polus_sync_kept_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_kept *from = source, *was = before;
    __typeof__(kept_v2) *to = target;
    for (unsigned long i0 = 0; i0 < 2; i0++) {
        if (!was || (*was).all[i0] != (*from).all[i0])
            switch ((*from).all[i0]) {
            case 1: break; /* MIDDLE */
            case 2: (*to).all[i0] = 1; break; /* HIGH */
            default: (*to).all[i0] = (*from).all[i0];
            }
    }
    if (!was || (*was).other != (*from).other)
        (*to).other = (*from).other;
}

static void polus_sync_kept_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(kept_v2) *from = source, *was = before;
    polus__old_kept *to = target;
    for (unsigned long i0 = 0; i0 < 2; i0++) {
        if (!was || (*was).all[i0] != (*from).all[i0])
            switch ((*from).all[i0]) {
            case 1: (*to).all[i0] = 2; break; /* HIGH */
            case 2: break; /* TOP */
            default: (*to).all[i0] = (*from).all[i0];
            }
    }
    if (!was || (*was).other != (*from).other)
        (*to).other = (*from).other;
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "raise", "", "raise_v2",
      "it depends on the layout of a type without a name; it uses the changed global level; it uses the changed global kept; it uses HIGH, whose value changed",
      (void *)raise_v2, 0x0, POLUS_REPLACED, 0 },
    { "is_high", "", "is_high_v2",
      "it uses the changed global level; it uses HIGH, whose value changed",
      (void *)is_high_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "level", "old.c", "", "level_v2",
      "its type changed",
      (void *)&level_v2, polus_sync_level_v2_to_new, polus_sync_level_v2_to_old, 0x0, 4, 4, POLUS_MIGRATED, 0 },
    { "kept", "old.c", "", "kept_v2",
      "its type changed",
      (void *)&kept_v2, polus_sync_kept_v2_to_new, polus_sync_kept_v2_to_old, 0x0, 16, 16, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* raise uses level */
    { 0, 1, 0 }, /* raise uses kept */
    { 1, 0, 0 }, /* is_high uses level */
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
