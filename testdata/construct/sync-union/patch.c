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

/* new.c:2: a type that the patch uses */
union value { int i; char c[4]; long wide; };

/* new.c:3: a type that the patch uses */
struct s { long kind; pthread_mutex_t lock; union value value; };

/* ---- Types of old instances ---- */

/* old.c:2: a type of old instances */
union value__old { int i; char c[4]; };

/* old.c:3: a type of old instances */
struct s__old { int kind; union value__old value; pthread_mutex_t lock; };

/* old.c:3: the type of the old instance */
typedef struct s__old polus__old_g;

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int get_v2(void);
static struct s g_v2;

/* ---- Globals ---- */

/* new.c:3: the new instance; its type changed */
static struct s g_v2;

/* ---- Functions ---- */

/* new.c:4: it depends on the layout of union value; it depends on the layout of struct s; it uses the changed global g */
static int get_v2(void) { return g_v2.kind + g_v2.value.i; }

/* ---- State synchronization ---- */

/* new.c:3: state synchronization */
static void polus_sync_g_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_g *from = source, *was = before;
    __typeof__(g_v2) *to = target;
    if (!was || (*was).kind != (*from).kind)
        (*to).kind = (__typeof__((*to).kind))(*from).kind;
    if (!was || __builtin_memcmp((const void *)&(*was).lock, (const void *)&(*from).lock, 40))
        __builtin_memcpy((void *)&(*to).lock, (const void *)&(*from).lock, 40);
    if (!was || __builtin_memcmp((const void *)&(*was).value, (const void *)&(*from).value, 4))
        __builtin_memcpy((void *)&(*to).value, (const void *)&(*from).value, 4);
}

static void polus_sync_g_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(g_v2) *from = source, *was = before;
    polus__old_g *to = target;
    if (!was || (*was).kind != (*from).kind)
        (*to).kind = (__typeof__((*to).kind))(*from).kind;
    if (!was || __builtin_memcmp((const void *)&(*was).value, (const void *)&(*from).value, 4))
        __builtin_memcpy((void *)&(*to).value, (const void *)&(*from).value, 4);
    if (!was || __builtin_memcmp((const void *)&(*was).lock, (const void *)&(*from).lock, 40))
        __builtin_memcpy((void *)&(*to).lock, (const void *)&(*from).lock, 40);
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "get", "", "get_v2",
      "it depends on the layout of union value; it depends on the layout of struct s; it uses the changed global g",
      (void *)get_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "g", "", "", "g_v2",
      "its type changed",
      (void *)&g_v2, polus_sync_g_v2_to_new, polus_sync_g_v2_to_old, 0x0, 48, 56, POLUS_MIGRATED, POLUS_HOLDS_LOCK },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* get uses g */
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
