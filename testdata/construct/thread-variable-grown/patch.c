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
struct limit {
    long clients;
    int wait;
    short rate;
};

/* new.c:7: other stays in the process */
extern _Thread_local unsigned char other;

/* ---- Bound by the injector ---- */

#pragma weak other

/* ---- Types of old instances ---- */

/* old.c:1: a type of old instances */
struct limit__old {
    int clients;
    short rate;
};

/* old.c:5: the type of the old instance */
typedef struct limit__old polus__old_limit;

/* old.c:6: the type of the old instance */
typedef unsigned char polus__old_seen[4][2];

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int sum_v2(void);
static __attribute__((noipa)) int get_v2(int i);
static __attribute__((tls_model("initial-exec"))) __thread struct limit limit_v2;
static __attribute__((tls_model("initial-exec"))) _Thread_local unsigned char seen_v2[6][3];
static __attribute__((noipa)) void *polus__thread__limit(void);
static __attribute__((noipa)) void *polus__thread__seen(void);

/* ---- Globals ---- */

/* new.c:6: the new instance; its type changed */
static __attribute__((tls_model("initial-exec"))) __thread struct limit limit_v2 = { 3, 7, 4 };

/* new.c:7: the new instance; its type changed */
static __attribute__((tls_model("initial-exec"))) _Thread_local unsigned char seen_v2[6][3];

/* ---- Functions ---- */

/* new.c:8: it depends on the layout of struct limit; it uses the changed global limit; it uses the changed global seen */
static int sum_v2(void) { return limit_v2.clients + limit_v2.rate + seen_v2[1][1] + other; }

/* new.c:9: its text changed; it depends on the layout of struct limit; it uses the changed global limit; it uses the changed global seen */
static int get_v2(int i) { return limit_v2.rate + limit_v2.wait + seen_v2[i][0] + other; }

/* new.c:6: leads later patches to limit */
static __attribute__((noipa)) void *polus__thread__limit(void)
{
    return (void *)&limit_v2;
}

/* new.c:7: leads later patches to seen */
static __attribute__((noipa)) void *polus__thread__seen(void)
{
    return (void *)&seen_v2;
}

/* ---- State synchronization ---- */

/* new.c:6: state synchronization */
static void polus_sync_limit_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_limit *from = source, *was = before;
    __typeof__(limit_v2) *to = target;
    if (!was || (*was).clients != (*from).clients)
        (*to).clients = (__typeof__((*to).clients))(*from).clients;
    if (!was || (*was).rate != (*from).rate)
        (*to).rate = (*from).rate;
}

static void polus_sync_limit_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(limit_v2) *from = source, *was = before;
    polus__old_limit *to = target;
    if (!was || (*was).clients != (*from).clients)
        (*to).clients = (__typeof__((*to).clients))(*from).clients;
    if (!was || (*was).rate != (*from).rate)
        (*to).rate = (*from).rate;
}

/* new.c:7: state synchronization */
static void polus_sync_seen_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_seen *from = source, *was = before;
    __typeof__(seen_v2) *to = target;
    for (unsigned long i0 = 0; i0 < 4; i0++) {
        for (unsigned long i1 = 0; i1 < 2; i1++) {
            if (!was || (*was)[i0][i1] != (*from)[i0][i1])
                (*to)[i0][i1] = (*from)[i0][i1];
        }
    }
}

static void polus_sync_seen_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(seen_v2) *from = source, *was = before;
    polus__old_seen *to = target;
    for (unsigned long i0 = 0; i0 < 4; i0++) {
        for (unsigned long i1 = 0; i1 < 2; i1++) {
            if (!was || (*was)[i0][i1] != (*from)[i0][i1])
                (*to)[i0][i1] = (*from)[i0][i1];
        }
    }
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "sum", "", "sum_v2",
      "it depends on the layout of struct limit; it uses the changed global limit; it uses the changed global seen",
      (void *)sum_v2, 0x0, POLUS_REPLACED, 0 },
    { "get", "", "get_v2",
      "its text changed; it depends on the layout of struct limit; it uses the changed global limit; it uses the changed global seen",
      (void *)get_v2, 0x0, POLUS_REPLACED, 0 },
    { "polus__thread__limit", "", "polus__thread__limit",
      "leads later patches to limit",
      (void *)polus__thread__limit, 0x0, POLUS_ADDED, 0 },
    { "polus__thread__seen", "", "polus__thread__seen",
      "leads later patches to seen",
      (void *)polus__thread__seen, 0x0, POLUS_ADDED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "limit", "", "", "limit_v2",
      "its type changed",
      (void *)polus__thread__limit, polus_sync_limit_v2_to_new, polus_sync_limit_v2_to_old, 0x0, 8, 16, POLUS_MIGRATED, POLUS_PER_THREAD },
    { "seen", "", "", "seen_v2",
      "its type changed",
      (void *)polus__thread__seen, polus_sync_seen_v2_to_new, polus_sync_seen_v2_to_old, 0x0, 8, 18, POLUS_MIGRATED, POLUS_PER_THREAD },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* sum uses limit */
    { 0, 1, 0 }, /* sum uses seen */
    { 1, 0, 0 }, /* get uses limit */
    { 1, 1, 0 }, /* get uses seen */
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "other", "other", "", "", 0x0, 1, POLUS_THREAD_VARIABLE, 0 },
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
    4, 2, 4, 1, 0, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
