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

/* new.c:3: a type that the patch uses */
struct state { int count, more; };

/* ---- Bound by the injector ---- */

#pragma weak state__old

/* ---- Types of old instances ---- */

/* old.c:3: a type of old instances */
struct state__old { int count; };

/* old.c:4: the type of the old instance */
typedef struct state__old polus__old_state;

/* old.c:4: the old instance */
extern polus__old_state state__old;

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int step_v2(void);
static struct state state_v2;

/* ---- Globals ---- */

/* new.c:4: the new instance; its type changed */
static struct state state_v2;

/* ---- Functions ---- */

/* new.c:5: its text changed; it depends on the layout of struct state; it uses the changed global state */
static int step_v2(void) { printf("%d\n", state_v2.count); return state_v2.count; }

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

/* callbacks.c:12: hand-written */
static pthread_mutex_t lock;

/* callbacks.c:14: hand-written */
static void polus_pre_update(void)
{
    struct timespec now = {PTHREAD_MUTEX_RECURSIVE, 0};
    pthread_mutex_lock(&lock);
    nanosleep(&now, 0);
    if (strcasestr("abc", "B") && state__old.count < 0)
        polus_veto(strerror(5));
    pthread_mutex_unlock(&lock);
    printf("%ld\n", (long)getpid() + now.tv_sec);
}

/* callbacks.c:25: hand-written */
static void polus_function_left_gone(void)
{
    state_v2.more = 1;
}

/* each attempt begins without a veto */
static void polus__pre_update(void)
{
    polus_veto_reason[0] = 0;
    polus_pre_update();
}

/* ---- State synchronization ---- */

/* new.c:4: state synchronization */
static void polus_sync_state_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_state *from = source, *was = before;
    __typeof__(state_v2) *to = target;
    if (!was || (*was).count != (*from).count)
        (*to).count = (*from).count;
}

static void polus_sync_state_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(state_v2) *from = source, *was = before;
    polus__old_state *to = target;
    if (!was || (*was).count != (*from).count)
        (*to).count = (*from).count;
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "step", "", "step_v2",
      "its text changed; it depends on the layout of struct state; it uses the changed global state",
      (void *)step_v2, 0x0, POLUS_REPLACED, 0 },
    { "gone", "old.c", "",
      "the new program has it no more",
      0, 0x0, POLUS_REMOVED, POLUS_NO_ENTRY },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "state", "", "", "state_v2",
      "its type changed",
      (void *)&state_v2, polus_sync_state_v2_to_new, polus_sync_state_v2_to_old, 0x0, 4, 8, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* step uses state */
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "state__old", "state", "", "", 0x0, 4, POLUS_VARIABLE, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { 0, 0, 0, 0 }
};

static const struct polus_callback polus_callbacks[] = {
    { polus__pre_update, POLUS_PRE_UPDATE, 0 },
    { polus_function_left_gone, POLUS_FUNCTION_LEFT, 1 },
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
    2, 1, 1, 1, 0, 2,
    polus_callbacks, polus_veto_reason,
    0, 0, 0, 0,
};
