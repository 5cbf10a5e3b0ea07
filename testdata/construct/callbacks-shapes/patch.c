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
struct pair { int a; long b; };

/* new.c:3: hook stays in the process */
extern int (*hook)(int);

/* new.c:4: a type that the patch uses */
typedef int (*hook_t)(int);

/* new.c:5: twice stays in the process */
int twice(int n);

/* ---- Bound by the injector ---- */

#pragma weak hook
#pragma weak twice
#pragma weak pair__old

/* ---- Types of old instances ---- */

/* old.c:1: a type of old instances */
struct pair__old { int a; int b; };

/* old.c:2: the type of the old instance */
typedef struct pair__old polus__old_pair;

/* old.c:2: the old instance */
extern polus__old_pair pair__old;

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int twice_v2(int n);
static __attribute__((noipa)) int sum_v2(void);
static struct pair pair_v2;

/* ---- Globals ---- */

/* new.c:2: the new instance; its type changed */
static struct pair pair_v2 = {1, 2};

/* ---- Functions ---- */

/* new.c:5: its text changed */
static int twice_v2(int n) { return n + n + 0; }

/* new.c:6: its text changed; it depends on the layout of struct pair; it uses the changed global pair */
static int sum_v2(void) { return (int)pair_v2.b + pair_v2.a + (hook ? hook(1) : 0); }

/* ---- Callbacks ---- */

/* keeps the first reason for which the update is forbidden */
static char polus_veto_reason[256];
static __attribute__((unused)) void polus_veto(const char *reason)
{
    unsigned i;
    if (polus_veto_reason[0])
        return;
    if (!reason || !reason[0])
        reason = "polus_pre_update gives no reason";
    for (i = 0; i + 1 < sizeof polus_veto_reason && reason[i]; i++)
        polus_veto_reason[i] = reason[i];
    polus_veto_reason[i] = 0;
}

/* callbacks.c:2: hand-written */
_Static_assert(sizeof(struct pair__old) == 8, "the old pair is small");

/* callbacks.c:4: hand-written */
enum { FIRST = 1, SECOND };

/* callbacks.c:5: hand-written */
enum color { RED, GREEN };
static enum color color = GREEN;
static enum color *colors;

/* callbacks.c:7: hand-written */
struct view {
    struct pair__old *old;
    struct pair *new;
    struct { int depth; } inner;
    hook_t call;
};

/* callbacks.c:13: hand-written */
typedef struct { struct pair__old pair; } kept_t;

/* callbacks.c:15: hand-written */
static struct view views[2] = {{0, 0, {FIRST}, twice}, {.inner.depth = SECOND}};

/* callbacks.c:16: hand-written */
static int later;

/* callbacks.c:17: hand-written */
static int later = 5;
static int *to_later = &later;

/* callbacks.c:18: hand-written */
static kept_t kept;

/* callbacks.c:19: hand-written */
static __thread int own;

/* callbacks.c:20: hand-written */
static const char *const names[2] = {[RED] = "red", [GREEN] = "green"};

/* callbacks.c:21: hand-written */
typedef struct { int n; } polus__nameless_1029;
static polus__nameless_1029 nameless = {3};

/* callbacks.c:23: hand-written */
static int forward(struct view *of, int n);

/* callbacks.c:24: hand-written */
static int plain(void);

/* callbacks.c:26: hand-written */
static int small(int n) { return n + own; }

/* callbacks.c:28: hand-written */
static int old_style(n, text)
    int n;
    const char *text;
{
    return n + (text != 0);
}

/* callbacks.c:35: hand-written */
static void tidy(int *n) { *n = 0; }

/* callbacks.c:37: hand-written */
static __attribute__((noinline)) void polus_pre_update(void)
{
    int loop __attribute__((cleanup(tidy))) = plain();
    static int called;
    hook_t local = twice;
    kept.pair = pair__old;
    views[0].old = &pair__old;
    views[0].new = &pair_v2;
    for (int pair = 0; pair < 3; pair++)
        loop += forward(&views[pair & 1], pair);
    called += ({ int twice = loop; twice; });
    if (local != views[0].call || called > later + *to_later + (colors == &color) + nameless.n)
        polus_veto(names[color]);
}

/* callbacks.c:52: hand-written */
static int forward(struct view *of, int n)
{
    return of->inner.depth + small(n) + old_style(n, __func__) + (of->call ? of->call(n) : 0);
}

/* callbacks.c:57: hand-written */
static int plain(void)
{
    extern int later;
    return later;
}

/* each attempt begins without a veto */
static void polus__pre_update(void)
{
    polus_veto_reason[0] = 0;
    polus_pre_update();
}

/* ---- State synchronization ---- */

/* new.c:2: state synchronization */
static void polus_sync_pair_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_pair *from = source, *was = before;
    __typeof__(pair_v2) *to = target;
    if (!was || (*was).a != (*from).a)
        (*to).a = (*from).a;
    if (!was || (*was).b != (*from).b)
        (*to).b = (__typeof__((*to).b))(*from).b;
}

static void polus_sync_pair_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(pair_v2) *from = source, *was = before;
    polus__old_pair *to = target;
    if (!was || (*was).a != (*from).a)
        (*to).a = (*from).a;
    if (!was || (*was).b != (*from).b)
        (*to).b = (__typeof__((*to).b))(*from).b;
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "twice", "", "twice_v2",
      "its text changed",
      (void *)twice_v2, 0x0, POLUS_REPLACED, 0 },
    { "sum", "", "sum_v2",
      "its text changed; it depends on the layout of struct pair; it uses the changed global pair",
      (void *)sum_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "pair", "old.c", "", "pair_v2",
      "its type changed",
      (void *)&pair_v2, polus_sync_pair_v2_to_new, polus_sync_pair_v2_to_old, 0x0, 8, 16, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 1, 0, 0 }, /* sum uses pair */
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "hook", "hook", "old.c", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { "twice", "twice", "", "", 0x0, 0, POLUS_FUNCTION, 0 },
    { "pair__old", "pair", "old.c", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { 0, 0, 0, 0 }
};

static const struct polus_callback polus_callbacks[] = {
    { polus__pre_update, POLUS_PRE_UPDATE, 0 },
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
    2, 1, 1, 3, 0, 1,
    polus_callbacks, polus_veto_reason,
    0, 0, 0, 0,
};
