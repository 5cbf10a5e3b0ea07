/*
 * A live patch for program: version 0 to 1.
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
struct limits { long clients; };

/* new.c:5: stuck stays in the process */
extern volatile int stuck;

/* ---- Bound by the injector ---- */

#pragma weak stuck
#pragma weak limits__old

/* ---- Types of old instances ---- */

/* old.c:2: a type of old instances */
struct limits__old { int clients; };

/* old.c:3: the type of the old instance */
typedef struct limits__old polus__old_limits;

/* old.c:3: the old instance */
extern polus__old_limits limits__old;

/* ---- What the patch defines ---- */

static __attribute__((noipa, patchable_function_entry(5))) int half_v2(int n);
static __attribute__((noipa)) __attribute__((noinline)) int show_v2(int n);
static __attribute__((noipa)) __attribute__((noinline)) void spin_v2(int n);
static struct limits limits_v2;
static const int factor_v2;
static int idle_v2;

/* ---- Globals ---- */

/* new.c:3: the new instance; its type changed */
static struct limits limits_v2 = {10};

/* new.c:4: the patch's own instance */
static const int factor_v2 = 4;

/* new.c:6: the patch's own instance */
static int idle_v2;

/* ---- Functions ---- */

/* new.c:7: its text changed */
static int half_v2(int n) { return n / 3; }

/* new.c:8: its text changed; it depends on the layout of struct limits; it uses the changed global limits; it uses the changed global factor; the binary inlines half into it; it was compiled on what the compiler knew of idle (nothing wrote it) */
static __attribute__((noinline)) int show_v2(int n) { return printf("%d %ld\n", half_v2(n) * factor_v2 + idle_v2, limits_v2.clients); }

/* new.c:9: it depends on the layout of struct limits; it uses the changed global limits */
static __attribute__((noinline)) void spin_v2(int n) { limits_v2.clients = n; while (stuck) puts("stuck"); }

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

/* callbacks.c:1: hand-written */
static void polus_pre_update(void)
{
    stuck = 0;
    if (limits__old.clients > 100)
        polus_veto("too many clients");
}

/* callbacks.c:8: hand-written */
static void polus_function_left_show(void)
{
    limits_v2.clients++;
}

/* callbacks.c:14: hand-written */
static void polus_post_update(void)
{
    idle_v2 = 1;
}

/* each attempt begins without a veto */
static void polus__pre_update(void)
{
    polus_veto_reason[0] = 0;
    polus_pre_update();
}

/* ---- State synchronization ---- */

/* new.c:3: state synchronization */
static void polus_sync_limits_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_limits *from = source, *was = before;
    __typeof__(limits_v2) *to = target;
    if (!was || (*was).clients != (*from).clients)
        (*to).clients = (__typeof__((*to).clients))(*from).clients;
}

static void polus_sync_limits_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(limits_v2) *from = source, *was = before;
    polus__old_limits *to = target;
    if (!was || (*was).clients != (*from).clients)
        (*to).clients = (__typeof__((*to).clients))(*from).clients;
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "half", "old.c", "half_v2",
      "its text changed",
      (void *)half_v2, 0x0, POLUS_ADDED, POLUS_NO_ENTRY },
    { "show", "", "show_v2",
      "its text changed; it depends on the layout of struct limits; it uses the changed global limits; it uses the changed global factor; the binary inlines half into it; it was compiled on what the compiler knew of idle (nothing wrote it)",
      (void *)show_v2, 0xADDRESS, POLUS_REPLACED, POLUS_RELIES },
    { "spin", "", "spin_v2",
      "it depends on the layout of struct limits; it uses the changed global limits",
      (void *)spin_v2, 0xADDRESS, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "limits", "old.c", "", "limits_v2",
      "its type changed",
      (void *)&limits_v2, polus_sync_limits_v2_to_new, polus_sync_limits_v2_to_old, 0xADDRESS, 4, 8, POLUS_MIGRATED, 0 },
    { "factor", "old.c", "", "factor_v2",
      "new, or a constant with another value",
      (void *)&factor_v2, 0, 0, 0x0, 0, 4, POLUS_NEW, 0 },
    { "idle", "old.c", "", "idle_v2",
      "new, or a constant with another value",
      (void *)&idle_v2, 0, 0, 0x0, 0, 4, POLUS_NEW, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 1, 0, 0 }, /* show uses limits */
    { 2, 0, 0 }, /* spin uses limits */
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "stuck", "stuck", "old.c", "", 0xADDRESS, 4, POLUS_VARIABLE, 0 },
    { "limits__old", "limits", "old.c", "", 0xADDRESS, 4, POLUS_VARIABLE, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { 0, 0, 0, 0 }
};

static const struct polus_callback polus_callbacks[] = {
    { polus__pre_update, POLUS_PRE_UPDATE, 0 },
    { polus_function_left_show, POLUS_FUNCTION_LEFT, 1 },
    { polus_post_update, POLUS_POST_UPDATE, 0 },
    { 0, 0, 0 }
};

__attribute__((visibility("default"))) const struct polus_patch polus_patch = {
    POLUS_ABI, sizeof(struct polus_patch),
    0, 1,
    "DIGEST",
    "DIGEST",
    "DIGEST",
    "program",
    "DIGEST",
    "",
    polus_functions, polus_variables, polus_uses, polus_imports, polus_layouts,
    3, 3, 2, 2, 0, 3,
    polus_callbacks, polus_veto_reason,
    0, 0, 0, 0,
};
