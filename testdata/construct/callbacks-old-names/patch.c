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
typedef struct { int used; char text[16]; } buffer_t;

/* new.c:3: a type that the patch uses */
typedef long count_t;

/* new.c:4: a type that the patch uses */
struct plain { int n; };

/* new.c:5: a type that the patch uses */
struct node { struct plain plain; };

/* new.c:6: a type that the patch uses */
enum level { LOW = 1, HIGH = 3 };

/* new.c:9: plain stays in the process */
extern struct plain plain;

/* ---- Bound by the injector ---- */

#pragma weak plain
#pragma weak buffer__old
#pragma weak node__old
#pragma weak dropped__old
#pragma weak count__old
#pragma weak limit__old

/* ---- Types of old instances ---- */

/* old.c:1: a type of old instances */
typedef struct { int used; char text[8]; } buffer_t__old;

/* old.c:2: a type of old instances */
typedef buffer_t__old *buffer_p__old;

/* old.c:3: a type of old instances */
typedef int count_t__old;

/* old.c:5: a type of old instances */
struct node__old { struct plain plain; int gone; };

/* old.c:6: a type of old instances */
enum level__old { LOW__old = 1, HIGH__old = 2 };

/* old.c:7: the type of the old instance */
typedef buffer_t__old polus__old_buffer;

/* old.c:8: the type of the old instance */
typedef struct node__old polus__old_node;

/* old.c:11: the type of the old instance */
typedef count_t__old polus__old_count;

/* old.c:9: the type of the old instance */
typedef int polus__old_dropped;

/* old.c:12: the type of the old instance */
typedef const int polus__old_limit;

/* old.c:7: the old instance */
extern polus__old_buffer buffer__old;

/* old.c:8: the old instance */
extern polus__old_node node__old;

/* old.c:9: the old instance */
extern polus__old_dropped dropped__old;

/* old.c:11: the old instance */
extern polus__old_count count__old;

/* old.c:12: the old instance */
extern polus__old_limit limit__old;

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int use_v2(int l);
static buffer_t buffer_v2;
static struct node node_v2;
static count_t count_v2;
static const int limit_v2;

/* ---- Globals ---- */

/* new.c:7: the new instance; its type changed */
static buffer_t buffer_v2;

/* new.c:8: the new instance; its type changed */
static struct node node_v2;

/* new.c:10: the new instance; its type changed */
static count_t count_v2;

/* new.c:11: the patch's own instance */
static const int limit_v2 = 4;

/* ---- Functions ---- */

/* new.c:12: its text changed; it depends on the layout of buffer_t; it depends on the layout of struct node; it uses the changed global buffer; it uses the changed global node; it uses the changed global count; it uses the changed global limit; it uses HIGH, whose value changed */
static int use_v2(int l) { return buffer_v2.used + node_v2.plain.n + plain.n + (int)count_v2 + limit_v2 + (l == HIGH) + (l == LOW); }

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
static struct plain *first(struct node__old *of)
{
    return &of->plain;
}

/* callbacks.c:6: hand-written */
static enum level__old kept(int level)
{
    return level == LOW__old ? LOW : HIGH;
}

/* callbacks.c:11: hand-written */
static int length(buffer_p__old of)
{
    return of->used + (int)sizeof(buffer_t__old);
}

/* callbacks.c:16: hand-written */
static void polus_pre_update(void)
{
    struct plain *same = first(&node__old);
    count_t__old count = count__old + length(&buffer__old);
    int level = HIGH__old;
    plain.n = same->n + count;
    if (kept(level) == LOW || limit__old == limit_v2)
        polus_veto("impossible");
}

/* callbacks.c:26: hand-written */
static void polus_post_update(void)
{
    count_v2 = dropped__old;
}

/* each attempt begins without a veto */
static void polus__pre_update(void)
{
    polus_veto_reason[0] = 0;
    polus_pre_update();
}

/* ---- State synchronization ---- */

/* new.c:7: state synchronization */
static void polus_sync_buffer_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_buffer *from = source, *was = before;
    __typeof__(buffer_v2) *to = target;
    if (!was || (*was).used != (*from).used)
        (*to).used = (*from).used;
    for (unsigned long i0 = 0; i0 < 8; i0++) {
        if (!was || (*was).text[i0] != (*from).text[i0])
            (*to).text[i0] = (*from).text[i0];
    }
}

static void polus_sync_buffer_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(buffer_v2) *from = source, *was = before;
    polus__old_buffer *to = target;
    if (!was || (*was).used != (*from).used)
        (*to).used = (*from).used;
    for (unsigned long i0 = 0; i0 < 8; i0++) {
        if (!was || (*was).text[i0] != (*from).text[i0])
            (*to).text[i0] = (*from).text[i0];
    }
}

/* new.c:8: state synchronization */
static void polus_sync_node_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_node *from = source, *was = before;
    __typeof__(node_v2) *to = target;
    if (!was || (*was).plain.n != (*from).plain.n)
        (*to).plain.n = (*from).plain.n;
}

static void polus_sync_node_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(node_v2) *from = source, *was = before;
    polus__old_node *to = target;
    if (!was || (*was).plain.n != (*from).plain.n)
        (*to).plain.n = (*from).plain.n;
}

/* new.c:10: state synchronization */
static void polus_sync_count_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_count *from = source, *was = before;
    __typeof__(count_v2) *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

static void polus_sync_count_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(count_v2) *from = source, *was = before;
    polus__old_count *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "use", "", "use_v2",
      "its text changed; it depends on the layout of buffer_t; it depends on the layout of struct node; it uses the changed global buffer; it uses the changed global node; it uses the changed global count; it uses the changed global limit; it uses HIGH, whose value changed",
      (void *)use_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "buffer", "old.c", "", "buffer_v2",
      "its type changed",
      (void *)&buffer_v2, polus_sync_buffer_v2_to_new, polus_sync_buffer_v2_to_old, 0x0, 12, 20, POLUS_MIGRATED, 0 },
    { "node", "old.c", "", "node_v2",
      "its type changed",
      (void *)&node_v2, polus_sync_node_v2_to_new, polus_sync_node_v2_to_old, 0x0, 8, 4, POLUS_MIGRATED, 0 },
    { "count", "old.c", "", "count_v2",
      "its type changed",
      (void *)&count_v2, polus_sync_count_v2_to_new, polus_sync_count_v2_to_old, 0x0, 4, 8, POLUS_MIGRATED, 0 },
    { "limit", "old.c", "", "limit_v2",
      "new, or a constant with another value",
      (void *)&limit_v2, 0, 0, 0x0, 0, 4, POLUS_NEW, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* use uses buffer */
    { 0, 1, 0 }, /* use uses node */
    { 0, 2, 0 }, /* use uses count */
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "plain", "plain", "old.c", "", 0x0, 4, POLUS_VARIABLE, 0 },
    { "buffer__old", "buffer", "old.c", "", 0x0, 12, POLUS_VARIABLE, 0 },
    { "node__old", "node", "old.c", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { "dropped__old", "dropped", "old.c", "", 0x0, 4, POLUS_VARIABLE, 0 },
    { "count__old", "count", "old.c", "", 0x0, 4, POLUS_VARIABLE, 0 },
    { "limit__old", "limit", "old.c", "", 0x0, 4, POLUS_VARIABLE, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

_Static_assert(sizeof(struct plain) == 4, "struct plain must have the size that the process knows");
static const struct polus_field polus_fields_0[] = {
    { "n", 0, 32 },
    { 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { "struct plain", 4, polus_fields_0, 1 },
    { 0, 0, 0, 0 }
};

static const struct polus_callback polus_callbacks[] = {
    { polus__pre_update, POLUS_PRE_UPDATE, 0 },
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
    1, 4, 3, 6, 1, 2,
    polus_callbacks, polus_veto_reason,
    0, 0, 0, 0,
};
