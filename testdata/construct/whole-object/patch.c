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
struct conf { int port; int backlog; char name[16]; };

/* new.c:3: a type that the patch uses */
struct all { struct conf now; struct conf spare[2]; };

/* ---- Types of old instances ---- */

/* old.c:2: a type of old instances */
struct conf__old { int port; char name[16]; };

/* old.c:3: a type of old instances */
struct all__old { struct conf__old now; struct conf__old spare[2]; };

/* old.c:4: the type of the old instance */
typedef struct all__old polus__old_all;

/* old.c:5: the type of the old instance */
typedef struct all__old polus__old_kept;

/* old.c:6: the type of the old instance */
typedef char polus__old_text[16];

/* ---- What the patch defines ---- */

static __attribute__((noipa)) void clear_v2(void);
static __attribute__((noipa)) void keep_v2(void);
static __attribute__((noipa)) int differs_v2(void);
static __attribute__((noipa)) void reset_v2(int port);
static __attribute__((noipa)) int port_v2(void);
static struct all all_v2;
static struct all kept_v2;
static char text_v2[32];

/* ---- Globals ---- */

/* new.c:4: the new instance; its type changed */
static struct all all_v2;

/* new.c:5: the new instance; its type changed */
static struct all kept_v2;

/* new.c:6: the new instance; its type changed */
static char text_v2[32];

/* ---- Functions ---- */

/* new.c:7: it depends on the layout of struct conf; it depends on the layout of struct all; it uses the changed global all; it uses the changed global text */
static void clear_v2(void) { memset(&all_v2, 0, sizeof all_v2); memset(text_v2, 0, sizeof text_v2); (void)memset(&all_v2.spare[1], 0, sizeof(struct conf)); }

/* new.c:8: it depends on the layout of struct conf; it depends on the layout of struct all; it uses the changed global all; it uses the changed global kept */
static void keep_v2(void) { memcpy(&kept_v2, &all_v2, sizeof all_v2); kept_v2 = all_v2; all_v2.now = all_v2.spare[0]; }

/* new.c:9: it depends on the layout of struct all; it uses the changed global all; it uses the changed global kept */
static int differs_v2(void) { return memcmp(&kept_v2, &all_v2, sizeof(struct all)) != 0; }

/* new.c:10: it depends on the layout of struct conf; it depends on the layout of struct all; it uses the changed global all */
static void reset_v2(int port) { all_v2.now = (struct conf){.port = port, .name = "reset"}; }

/* new.c:11: it depends on the layout of struct conf; it depends on the layout of struct all; it uses the changed global all; it uses the changed global text */
static int port_v2(void) { return all_v2.now.port + text_v2[0]; }

/* ---- State synchronization ---- */

/* new.c:4: state synchronization */
static void polus_sync_all_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_all *from = source, *was = before;
    __typeof__(all_v2) *to = target;
    if (!was || (*was).now.port != (*from).now.port)
        (*to).now.port = (*from).now.port;
    for (unsigned long i0 = 0; i0 < 16; i0++) {
        if (!was || (*was).now.name[i0] != (*from).now.name[i0])
            (*to).now.name[i0] = (*from).now.name[i0];
    }
    for (unsigned long i0 = 0; i0 < 2; i0++) {
        if (!was || (*was).spare[i0].port != (*from).spare[i0].port)
            (*to).spare[i0].port = (*from).spare[i0].port;
        for (unsigned long i1 = 0; i1 < 16; i1++) {
            if (!was || (*was).spare[i0].name[i1] != (*from).spare[i0].name[i1])
                (*to).spare[i0].name[i1] = (*from).spare[i0].name[i1];
        }
    }
}

static void polus_sync_all_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(all_v2) *from = source, *was = before;
    polus__old_all *to = target;
    if (!was || (*was).now.port != (*from).now.port)
        (*to).now.port = (*from).now.port;
    for (unsigned long i0 = 0; i0 < 16; i0++) {
        if (!was || (*was).now.name[i0] != (*from).now.name[i0])
            (*to).now.name[i0] = (*from).now.name[i0];
    }
    for (unsigned long i0 = 0; i0 < 2; i0++) {
        if (!was || (*was).spare[i0].port != (*from).spare[i0].port)
            (*to).spare[i0].port = (*from).spare[i0].port;
        for (unsigned long i1 = 0; i1 < 16; i1++) {
            if (!was || (*was).spare[i0].name[i1] != (*from).spare[i0].name[i1])
                (*to).spare[i0].name[i1] = (*from).spare[i0].name[i1];
        }
    }
}

/* new.c:5: state synchronization */
static void polus_sync_kept_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_kept *from = source, *was = before;
    __typeof__(kept_v2) *to = target;
    if (!was || (*was).now.port != (*from).now.port)
        (*to).now.port = (*from).now.port;
    for (unsigned long i0 = 0; i0 < 16; i0++) {
        if (!was || (*was).now.name[i0] != (*from).now.name[i0])
            (*to).now.name[i0] = (*from).now.name[i0];
    }
    for (unsigned long i0 = 0; i0 < 2; i0++) {
        if (!was || (*was).spare[i0].port != (*from).spare[i0].port)
            (*to).spare[i0].port = (*from).spare[i0].port;
        for (unsigned long i1 = 0; i1 < 16; i1++) {
            if (!was || (*was).spare[i0].name[i1] != (*from).spare[i0].name[i1])
                (*to).spare[i0].name[i1] = (*from).spare[i0].name[i1];
        }
    }
}

static void polus_sync_kept_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(kept_v2) *from = source, *was = before;
    polus__old_kept *to = target;
    if (!was || (*was).now.port != (*from).now.port)
        (*to).now.port = (*from).now.port;
    for (unsigned long i0 = 0; i0 < 16; i0++) {
        if (!was || (*was).now.name[i0] != (*from).now.name[i0])
            (*to).now.name[i0] = (*from).now.name[i0];
    }
    for (unsigned long i0 = 0; i0 < 2; i0++) {
        if (!was || (*was).spare[i0].port != (*from).spare[i0].port)
            (*to).spare[i0].port = (*from).spare[i0].port;
        for (unsigned long i1 = 0; i1 < 16; i1++) {
            if (!was || (*was).spare[i0].name[i1] != (*from).spare[i0].name[i1])
                (*to).spare[i0].name[i1] = (*from).spare[i0].name[i1];
        }
    }
}

/* new.c:6: state synchronization */
static void polus_sync_text_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_text *from = source, *was = before;
    __typeof__(text_v2) *to = target;
    for (unsigned long i0 = 0; i0 < 16; i0++) {
        if (!was || (*was)[i0] != (*from)[i0])
            (*to)[i0] = (*from)[i0];
    }
}

static void polus_sync_text_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(text_v2) *from = source, *was = before;
    polus__old_text *to = target;
    for (unsigned long i0 = 0; i0 < 16; i0++) {
        if (!was || (*was)[i0] != (*from)[i0])
            (*to)[i0] = (*from)[i0];
    }
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "clear", "", "clear_v2",
      "it depends on the layout of struct conf; it depends on the layout of struct all; it uses the changed global all; it uses the changed global text",
      (void *)clear_v2, 0x0, POLUS_REPLACED, 0 },
    { "keep", "", "keep_v2",
      "it depends on the layout of struct conf; it depends on the layout of struct all; it uses the changed global all; it uses the changed global kept",
      (void *)keep_v2, 0x0, POLUS_REPLACED, 0 },
    { "differs", "", "differs_v2",
      "it depends on the layout of struct all; it uses the changed global all; it uses the changed global kept",
      (void *)differs_v2, 0x0, POLUS_REPLACED, 0 },
    { "reset", "", "reset_v2",
      "it depends on the layout of struct conf; it depends on the layout of struct all; it uses the changed global all",
      (void *)reset_v2, 0x0, POLUS_REPLACED, 0 },
    { "port", "", "port_v2",
      "it depends on the layout of struct conf; it depends on the layout of struct all; it uses the changed global all; it uses the changed global text",
      (void *)port_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "all", "old.c", "", "all_v2",
      "its type changed",
      (void *)&all_v2, polus_sync_all_v2_to_new, polus_sync_all_v2_to_old, 0x0, 60, 72, POLUS_MIGRATED, 0 },
    { "kept", "old.c", "", "kept_v2",
      "its type changed",
      (void *)&kept_v2, polus_sync_kept_v2_to_new, polus_sync_kept_v2_to_old, 0x0, 60, 72, POLUS_MIGRATED, 0 },
    { "text", "old.c", "", "text_v2",
      "its type changed",
      (void *)&text_v2, polus_sync_text_v2_to_new, polus_sync_text_v2_to_old, 0x0, 16, 32, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* clear uses all */
    { 0, 2, 0 }, /* clear uses text */
    { 1, 0, 0 }, /* keep uses all */
    { 1, 1, 0 }, /* keep uses kept */
    { 2, 0, 0 }, /* differs uses all */
    { 2, 1, 0 }, /* differs uses kept */
    { 3, 0, 0 }, /* reset uses all */
    { 4, 0, 0 }, /* port uses all */
    { 4, 2, 0 }, /* port uses text */
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
    5, 3, 9, 0, 0, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
