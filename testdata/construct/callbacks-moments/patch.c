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
struct limits {
    int clients;
    int seconds;
    int retries;
};

/* new.c:19: untouched stays in the process */
int untouched(int n);

/* ---- Bound by the injector ---- */

#pragma weak untouched
#pragma weak limits__old

/* ---- Types of old instances ---- */

/* old.c:1: a type of old instances */
struct limits__old {
    int clients;
    int seconds;
};

/* old.c:6: the type of the old instance */
typedef struct limits__old polus__old_limits;

/* old.c:6: the old instance */
extern polus__old_limits limits__old;

/* ---- What the patch defines ---- */

static __attribute__((noipa, patchable_function_entry(5))) int may_enter_v2(int count);
static __attribute__((noipa)) int wait_for_v2(void);
static struct limits limits_v2;

/* ---- Globals ---- */

/* new.c:7: the new instance; its type changed */
static struct limits limits_v2 = {10, 60, 3};

/* ---- Functions ---- */

/* new.c:9: it depends on the layout of struct limits; it uses the changed global limits */
static int may_enter_v2(int count)
{
    return count < limits_v2.clients;
}

/* new.c:14: it depends on the layout of struct limits; it uses the changed global limits */
static int wait_for_v2(void)
{
    return limits_v2.seconds;
}

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
static int left;

/* callbacks.c:2: hand-written */
static const char *const reasons[2] = {"no client may enter", "negative"};

/* callbacks.c:4: hand-written */
static int is_sane(int clients)
{
    return clients > 0;
}

/* callbacks.c:9: hand-written */
static void note(int by)
{
    static int calls;
    calls += by;
    left = calls;
}

/* callbacks.c:16: hand-written */
static void polus_pre_update(void)
{
    if (!is_sane(limits__old.clients))
        polus_veto(reasons[limits__old.clients < 0]);
    if (untouched(limits__old.seconds) < 0)
        limits__old.seconds = 0;
}

/* callbacks.c:24: hand-written */
static void polus_thread_left_may_enter(void)
{
    note(1);
}

/* callbacks.c:29: hand-written */
static void polus_function_left_may_enter(void)
{
    note(0);
}

/* callbacks.c:34: hand-written */
static void polus_data_unused_limits(void)
{
    if (limits_v2.retries > left)
        limits_v2.retries = left;
}

/* callbacks.c:40: hand-written */
static void polus_post_update(void)
{
    may_enter_v2(left);
}

/* each attempt begins without a veto */
static void polus__pre_update(void)
{
    polus_veto_reason[0] = 0;
    polus_pre_update();
}

/* ---- State synchronization ---- */

/* new.c:7: state synchronization */
static void polus_sync_limits_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_limits *from = source, *was = before;
    __typeof__(limits_v2) *to = target;
    if (!was || (*was).clients != (*from).clients)
        (*to).clients = (*from).clients;
    if (!was || (*was).seconds != (*from).seconds)
        (*to).seconds = (*from).seconds;
}

static void polus_sync_limits_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(limits_v2) *from = source, *was = before;
    polus__old_limits *to = target;
    if (!was || (*was).clients != (*from).clients)
        (*to).clients = (*from).clients;
    if (!was || (*was).seconds != (*from).seconds)
        (*to).seconds = (*from).seconds;
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "may_enter", "", "may_enter_v2",
      "it depends on the layout of struct limits; it uses the changed global limits",
      (void *)may_enter_v2, 0x0, POLUS_REPLACED, 0 },
    { "wait_for", "", "wait_for_v2",
      "it depends on the layout of struct limits; it uses the changed global limits",
      (void *)wait_for_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "limits", "old.c", "", "limits_v2",
      "its type changed",
      (void *)&limits_v2, polus_sync_limits_v2_to_new, polus_sync_limits_v2_to_old, 0x0, 8, 12, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* may_enter uses limits */
    { 1, 0, 0 }, /* wait_for uses limits */
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "untouched", "untouched", "", "", 0x0, 0, POLUS_FUNCTION, 0 },
    { "limits__old", "limits", "old.c", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { 0, 0, 0, 0 }
};

static const struct polus_callback polus_callbacks[] = {
    { polus__pre_update, POLUS_PRE_UPDATE, 0 },
    { polus_thread_left_may_enter, POLUS_THREAD_LEFT, 0 },
    { polus_function_left_may_enter, POLUS_FUNCTION_LEFT, 0 },
    { polus_data_unused_limits, POLUS_DATA_UNUSED, 0 },
    { polus_post_update, POLUS_POST_UPDATE, 0 },
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
    2, 1, 2, 2, 0, 5,
    polus_callbacks, polus_veto_reason,
    0, 0, 0, 0,
};
