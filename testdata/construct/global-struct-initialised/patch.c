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
struct option { const char *name; int (*parse)(const char *); int flags[2]; const char *help; };

/* new.c:2: parse_int stays in the process */
int parse_int(const char *text);

/* ---- Bound by the injector ---- */

#pragma weak parse_int

/* ---- Types of old instances ---- */

/* old.c:1: a type of old instances */
struct option__old { const char *name; int (*parse)(const char *); int flags[2]; };

/* old.c:3: the type of the old instance */
typedef struct option__old polus__old_options[2];

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int parse_v2(int n, const char *t);
static struct option options_v2[3];

/* ---- Globals ---- */

/* new.c:3: the new instance; its type changed */
static struct option options_v2[3] = {{"port", parse_int, {1, 2}, "a port"}, {.name = "host", .flags = {[1] = 3}}, {"new", parse_int, {0}, 0}};

/* ---- Functions ---- */

/* new.c:4: it depends on the layout of struct option; it uses the changed global options */
static int parse_v2(int n, const char *t) { return options_v2[n].parse ? options_v2[n].parse(t) : 0; }

/* ---- State synchronization ---- */

/* new.c:3: state synchronization */
static void polus_sync_options_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_options *from = source, *was = before;
    __typeof__(options_v2) *to = target;
    for (unsigned long i0 = 0; i0 < 2; i0++) {
        if (!was || (*was)[i0].name != (*from)[i0].name)
            (*to)[i0].name = (*from)[i0].name;
        if (!was || (*was)[i0].parse != (*from)[i0].parse)
            (*to)[i0].parse = (*from)[i0].parse;
        for (unsigned long i1 = 0; i1 < 2; i1++) {
            if (!was || (*was)[i0].flags[i1] != (*from)[i0].flags[i1])
                (*to)[i0].flags[i1] = (*from)[i0].flags[i1];
        }
    }
}

static void polus_sync_options_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(options_v2) *from = source, *was = before;
    polus__old_options *to = target;
    for (unsigned long i0 = 0; i0 < 2; i0++) {
        if (!was || (*was)[i0].name != (*from)[i0].name)
            (*to)[i0].name = (*from)[i0].name;
        if (!was || (*was)[i0].parse != (*from)[i0].parse)
            (*to)[i0].parse = (*from)[i0].parse;
        for (unsigned long i1 = 0; i1 < 2; i1++) {
            if (!was || (*was)[i0].flags[i1] != (*from)[i0].flags[i1])
                (*to)[i0].flags[i1] = (*from)[i0].flags[i1];
        }
    }
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "parse", "", "parse_v2",
      "it depends on the layout of struct option; it uses the changed global options",
      (void *)parse_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "options", "old.c", "", "options_v2",
      "its type changed",
      (void *)&options_v2, polus_sync_options_v2_to_new, polus_sync_options_v2_to_old, 0x0, 48, 96, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* parse uses options */
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "parse_int", "parse_int", "old.c", "", 0x0, 0, POLUS_FUNCTION, 0 },
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
    1, 1, 1, 1, 0, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
