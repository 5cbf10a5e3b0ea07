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
struct buffer {
    unsigned size, used;
    char text[256];
};

/* new.c:8: a type that the patch uses */
struct limits {
    int clients;
    long milliseconds;
};

/* new.c:13: input stays in the process */
extern struct buffer input;

/* new.c:15: pending stays in the process */
extern volatile int pending;

/* ---- Bound by the injector ---- */

#pragma weak input
#pragma weak pending
#pragma weak limits__old

/* ---- Types of old instances ---- */

/* old.c:8: a type of old instances */
struct limits__old {
    int clients;
    int seconds;
};

/* old.c:14: the type of the old instance */
typedef struct limits__old polus__old_limits;

/* old.c:14: the old instance */
extern polus__old_limits limits__old;

/* ---- What the patch defines ---- */

static __attribute__((noipa)) void append_v2(const char *text);
static __attribute__((noipa)) int expired_v2(int seconds);
static __attribute__((noipa)) void drain_v2(void);
static struct limits limits_v2;

/* ---- Globals ---- */

/* new.c:14: the new instance; its type changed */
static struct limits limits_v2 = {10, 60000};

/* ---- Functions ---- */

/* new.c:17: its text changed */
static void append_v2(const char *text)
{
    size_t length = strlen(text);
    if (length >= input.size - input.used)
        return;
    memcpy(input.text + input.used, text, length + 1);
    input.used += length;
}

/* new.c:26: its text changed; it depends on the layout of struct limits; it uses the changed global limits */
static int expired_v2(int seconds)
{
    return seconds * 1000L > limits_v2.milliseconds;
}

/* new.c:31: its text changed */
static void drain_v2(void)
{
    while (pending > 0)
        pending--;
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

/* callbacks.c:3: hand-written */
static int freed;

/* callbacks.c:6: hand-written */
static void polus_pre_update(void)
{
    if (input.used > 2 * input.size)
        polus_veto("the heap is damaged: restart the server");
    if (pending < 0) {
        pending = 0;
        freed = 1;
    }
    if (limits__old.seconds <= 0)
        limits__old.seconds = 60;
}

/* callbacks.c:18: hand-written */
static void truncate(struct buffer *of)
{
    if (of->used > of->size) {
        of->used = of->size;
        of->text[of->size - 1] = 0;
    }
}

/* callbacks.c:27: hand-written */
static void polus_thread_left_append(void)
{
    truncate(&input);
}

/* callbacks.c:32: hand-written */
static void polus_function_left_append(void)
{
    truncate(&input);
}

/* callbacks.c:38: hand-written */
static void polus_data_unused_limits(void)
{
    if (limits_v2.milliseconds < 1000)
        limits_v2.milliseconds = 1000;
}

/* callbacks.c:44: hand-written */
static void polus_post_update(void)
{
    if (freed)
        syslog( 4 , "a thread that drained for ever was freed");
}

/* callbacks.c:51: hand-written */
static void polus_to_new_limits(const struct limits__old *from, struct limits *to)
{
    to->clients = from->clients;
    to->milliseconds = from->seconds * 1000L;
}

/* callbacks.c:57: hand-written */
static void polus_to_old_limits(const struct limits *from, struct limits__old *to)
{
    to->clients = from->clients;
    to->seconds = (int)(from->milliseconds / 1000);
}

/* each attempt begins without a veto */
static void polus__pre_update(void)
{
    polus_veto_reason[0] = 0;
    polus_pre_update();
}

/* ---- State synchronization ---- */

/* new.c:14: state synchronization */
static void polus_sync_limits_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_limits *from = source, *was = before;
    __typeof__(limits_v2) *to = target;
    if (was && !__builtin_memcmp(was, from, sizeof *from))
        return;
    polus_to_new_limits(from, to);
}

static void polus_sync_limits_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(limits_v2) *from = source, *was = before;
    polus__old_limits *to = target;
    if (was && !__builtin_memcmp(was, from, sizeof *from))
        return;
    polus_to_old_limits(from, to);
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "append", "", "append_v2",
      "its text changed",
      (void *)append_v2, 0x0, POLUS_REPLACED, 0 },
    { "expired", "", "expired_v2",
      "its text changed; it depends on the layout of struct limits; it uses the changed global limits",
      (void *)expired_v2, 0x0, POLUS_REPLACED, 0 },
    { "drain", "", "drain_v2",
      "its text changed",
      (void *)drain_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "limits", "old.c", "", "limits_v2",
      "its type changed",
      (void *)&limits_v2, polus_sync_limits_v2_to_new, polus_sync_limits_v2_to_old, 0x0, 8, 16, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 1, 0, 0 }, /* expired uses limits */
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "input", "input", "old.c", "", 0x0, 264, POLUS_VARIABLE, 0 },
    { "pending", "pending", "old.c", "", 0x0, 4, POLUS_VARIABLE, 0 },
    { "limits__old", "limits", "old.c", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

_Static_assert(sizeof(struct buffer) == 264, "struct buffer must have the size that the process knows");
static const struct polus_field polus_fields_0[] = {
    { "size", 0, 32 },
    { "used", 32, 32 },
    { "text", 64, 2048 },
    { 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { "struct buffer", 264, polus_fields_0, 3 },
    { 0, 0, 0, 0 }
};

static const struct polus_callback polus_callbacks[] = {
    { polus__pre_update, POLUS_PRE_UPDATE, 0 },
    { polus_thread_left_append, POLUS_THREAD_LEFT, 0 },
    { polus_function_left_append, POLUS_FUNCTION_LEFT, 0 },
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
    3, 1, 1, 3, 1, 5,
    polus_callbacks, polus_veto_reason,
    0, 0, 0, 0,
};
