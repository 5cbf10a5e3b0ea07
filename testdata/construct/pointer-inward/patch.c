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
struct buffer {
    char *pos;
    int lines;
    int more;
    char data[128];
};

/* ---- Bound by the injector ---- */

#pragma weak buffer__old

/* ---- Types of old instances ---- */

/* old.c:2: a type of old instances */
struct buffer__old {
    char *pos;
    int lines;
    char data[64];
};

/* old.c:6: the type of the old instance */
typedef struct buffer__old polus__old_buffer;

/* old.c:6: the old instance */
extern polus__old_buffer buffer__old;

/* ---- What the patch defines ---- */

static __attribute__((noipa)) void add_v2(int c);
static __attribute__((noipa)) void show_v2(void);
static __attribute__((noipa)) void reset_v2(void);
static struct buffer buffer_v2;

/* ---- Globals ---- */

/* new.c:7: the new instance; its type changed */
static struct buffer buffer_v2 = {.pos = buffer_v2.data};

/* ---- Functions ---- */

/* new.c:8: it depends on the layout of struct buffer; it uses the changed global buffer */
static void add_v2(int c)
{
    if (buffer_v2.pos < buffer_v2.data + sizeof buffer_v2.data)
        *buffer_v2.pos++ = (char)c;
}

/* new.c:13: it depends on the layout of struct buffer; it uses the changed global buffer */
static void show_v2(void)
{
    printf("%.*s\n", (int)(buffer_v2.pos - buffer_v2.data), buffer_v2.data);
}

/* new.c:17: it depends on the layout of struct buffer; it uses the changed global buffer */
static void reset_v2(void)
{
    buffer_v2.pos = buffer_v2.data;
}

/* ---- State synchronization ---- */

/* new.c:7: state synchronization */
static void polus_sync_buffer_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_buffer *from = source, *was = before;
    __typeof__(buffer_v2) *to = target;
    if (!was || (*was).pos != (*from).pos) {
        unsigned long lead = (unsigned long)(*from).pos;
        if (lead - (unsigned long)&buffer__old.data < sizeof buffer__old.data)
            lead += (unsigned long)&buffer_v2.data - (unsigned long)&buffer__old.data;
        else if (lead - (unsigned long)&buffer__old.data == sizeof buffer__old.data)
            lead += (unsigned long)&buffer_v2.data - (unsigned long)&buffer__old.data;
        (*to).pos = (void *)lead;
    }
    if (!was || (*was).lines != (*from).lines)
        (*to).lines = (*from).lines;
    for (unsigned long i0 = 0; i0 < 64; i0++) {
        if (!was || (*was).data[i0] != (*from).data[i0])
            (*to).data[i0] = (*from).data[i0];
    }
}

static void polus_sync_buffer_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(buffer_v2) *from = source, *was = before;
    polus__old_buffer *to = target;
    if (!was || (*was).pos != (*from).pos) {
        unsigned long lead = (unsigned long)(*from).pos;
        if (lead - (unsigned long)&buffer_v2.data < sizeof buffer_v2.data)
            lead = (unsigned long)&buffer__old.data + (lead - (unsigned long)&buffer_v2.data < sizeof buffer__old.data ? lead - (unsigned long)&buffer_v2.data : sizeof buffer__old.data);
        else if (lead - (unsigned long)&buffer_v2.data == sizeof buffer_v2.data)
            lead = (unsigned long)&buffer__old.data + (lead - (unsigned long)&buffer_v2.data < sizeof buffer__old.data ? lead - (unsigned long)&buffer_v2.data : sizeof buffer__old.data);
        (*to).pos = (void *)lead;
    }
    if (!was || (*was).lines != (*from).lines)
        (*to).lines = (*from).lines;
    for (unsigned long i0 = 0; i0 < 64; i0++) {
        if (!was || (*was).data[i0] != (*from).data[i0])
            (*to).data[i0] = (*from).data[i0];
    }
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "add", "", "add_v2",
      "it depends on the layout of struct buffer; it uses the changed global buffer",
      (void *)add_v2, 0x0, POLUS_REPLACED, 0 },
    { "show", "", "show_v2",
      "it depends on the layout of struct buffer; it uses the changed global buffer",
      (void *)show_v2, 0x0, POLUS_REPLACED, 0 },
    { "reset", "", "reset_v2",
      "it depends on the layout of struct buffer; it uses the changed global buffer",
      (void *)reset_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "buffer", "old.c", "", "buffer_v2",
      "its type changed",
      (void *)&buffer_v2, polus_sync_buffer_v2_to_new, polus_sync_buffer_v2_to_old, 0x0, 80, 144, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* add uses buffer */
    { 1, 0, 0 }, /* show uses buffer */
    { 2, 0, 0 }, /* reset uses buffer */
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "buffer__old", "buffer", "old.c", "", 0x0, 80, POLUS_VARIABLE, 0 },
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
    3, 1, 3, 1, 0, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
