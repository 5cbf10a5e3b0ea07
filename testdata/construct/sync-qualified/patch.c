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
typedef int four __attribute__((vector_size(16)));

/* new.c:2: a type that the patch uses */
struct q {
    int added;
    const long limit;
    const char name[8];
    const struct q__fixed { int a; int b; } fixed;
    volatile long status;
    volatile int ring[4];
    _Atomic long users;
    four lanes;
    long double exact;
    _Complex double wave;
    double rate;
};

/* ---- Types of old instances ---- */

/* old.c:2: a type of old instances */
struct q__old {
    const int limit;
    const char name[4];
    const struct q__fixed__old { int a; } fixed;
    volatile int status;
    volatile int ring[3];
    _Atomic int users;
    four lanes;
    long double exact;
    _Complex double wave;
    float rate;
};

/* old.c:13: the type of the old instance */
typedef struct q__old polus__old_g;

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int get_v2(void);
static struct q g_v2;

/* ---- Globals ---- */

/* new.c:14: the new instance; its type changed */
static struct q g_v2 = {0, 1, "a", {1, 2}};

/* ---- Functions ---- */

/* new.c:15: it depends on the layout of struct q; it uses the changed global g */
static int get_v2(void) { return g_v2.limit + g_v2.name[0] + g_v2.status + g_v2.users + g_v2.lanes[0] + g_v2.exact + g_v2.rate; }

/* ---- State synchronization ---- */

/* new.c:14: state synchronization */
static void polus_sync_g_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_g *from = source, *was = before;
    __typeof__(g_v2) *to = target;
    if (!was || (*was).limit != (*from).limit)
        { __typeof__((*to).limit) value = (__typeof__((*to).limit))(*from).limit; __builtin_memcpy((void *)&(*to).limit, (const void *)&value, sizeof value); }
    for (unsigned long i0 = 0; i0 < 4; i0++) {
        if (!was || (*was).name[i0] != (*from).name[i0])
            { __typeof__((*to).name[i0]) value = (*from).name[i0]; __builtin_memcpy((void *)&(*to).name[i0], (const void *)&value, sizeof value); }
    }
    if (!was || (*was).fixed.a != (*from).fixed.a)
        { __typeof__((*to).fixed.a) value = (*from).fixed.a; __builtin_memcpy((void *)&(*to).fixed.a, (const void *)&value, sizeof value); }
    if (!was || (*was).status != (*from).status)
        (*to).status = (__typeof__((*to).status))(*from).status;
    for (unsigned long i0 = 0; i0 < 3; i0++) {
        if (!was || (*was).ring[i0] != (*from).ring[i0])
            (*to).ring[i0] = (*from).ring[i0];
    }
    if (!was || (*was).users != (*from).users)
        (*to).users = (__typeof__((*to).users))(*from).users;
    if (!was || __builtin_memcmp((const void *)&(*was).lanes, (const void *)&(*from).lanes, sizeof (*from).lanes))
        __builtin_memcpy((void *)&(*to).lanes, (const void *)&(*from).lanes, sizeof (*from).lanes);
    if (!was || __builtin_memcmp((const void *)&(*was).exact, (const void *)&(*from).exact, 10))
        (*to).exact = (*from).exact;
    if (!was || __builtin_memcmp((const void *)&(*was).wave, (const void *)&(*from).wave, sizeof (*from).wave))
        (*to).wave = (*from).wave;
    if (!was || __builtin_memcmp((const void *)&(*was).rate, (const void *)&(*from).rate, sizeof (*from).rate))
        (*to).rate = (__typeof__((*to).rate))(*from).rate;
}

static void polus_sync_g_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(g_v2) *from = source, *was = before;
    polus__old_g *to = target;
    if (!was || (*was).limit != (*from).limit)
        { __typeof__((*to).limit) value = (__typeof__((*to).limit))(*from).limit; __builtin_memcpy((void *)&(*to).limit, (const void *)&value, sizeof value); }
    for (unsigned long i0 = 0; i0 < 4; i0++) {
        if (!was || (*was).name[i0] != (*from).name[i0])
            { __typeof__((*to).name[i0]) value = (*from).name[i0]; __builtin_memcpy((void *)&(*to).name[i0], (const void *)&value, sizeof value); }
    }
    if (!was || (*was).fixed.a != (*from).fixed.a)
        { __typeof__((*to).fixed.a) value = (*from).fixed.a; __builtin_memcpy((void *)&(*to).fixed.a, (const void *)&value, sizeof value); }
    if (!was || (*was).status != (*from).status)
        (*to).status = (__typeof__((*to).status))(*from).status;
    for (unsigned long i0 = 0; i0 < 3; i0++) {
        if (!was || (*was).ring[i0] != (*from).ring[i0])
            (*to).ring[i0] = (*from).ring[i0];
    }
    if (!was || (*was).users != (*from).users)
        (*to).users = (__typeof__((*to).users))(*from).users;
    if (!was || __builtin_memcmp((const void *)&(*was).lanes, (const void *)&(*from).lanes, sizeof (*from).lanes))
        __builtin_memcpy((void *)&(*to).lanes, (const void *)&(*from).lanes, sizeof (*from).lanes);
    if (!was || __builtin_memcmp((const void *)&(*was).exact, (const void *)&(*from).exact, 10))
        (*to).exact = (*from).exact;
    if (!was || __builtin_memcmp((const void *)&(*was).wave, (const void *)&(*from).wave, sizeof (*from).wave))
        (*to).wave = (*from).wave;
    if (!was || __builtin_memcmp((const void *)&(*was).rate, (const void *)&(*from).rate, sizeof (*from).rate))
        (*to).rate = (__typeof__((*to).rate))(*from).rate;
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "get", "", "get_v2",
      "it depends on the layout of struct q; it uses the changed global g",
      (void *)get_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "g", "", "", "g_v2",
      "its type changed",
      (void *)&g_v2, polus_sync_g_v2_to_new, polus_sync_g_v2_to_old, 0x0, 96, 128, POLUS_MIGRATED, 0 },
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
