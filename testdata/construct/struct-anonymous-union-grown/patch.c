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
struct value { unsigned kind:4; unsigned :12; unsigned flag:1; long when; union { int i; float f; long l; }; };

/* ---- Types of old instances ---- */

/* old.c:1: a type of old instances */
struct value__old { unsigned kind:4; unsigned :4; unsigned flag:1; union { int i; float f; }; };

/* old.c:2: the type of the old instance */
typedef struct value__old polus__old_value;

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int as_int_v2(void);
static struct value value_v2;

/* ---- Globals ---- */

/* new.c:2: the new instance; its type changed */
static struct value value_v2;

/* ---- Functions ---- */

/* new.c:3: it depends on the layout of struct value; it uses the changed global value */
static int as_int_v2(void) { return value_v2.flag ? value_v2.i : value_v2.kind; }

/* ---- State synchronization ---- */

/* new.c:2: state synchronization */
static void polus_sync_value_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_value *from = source, *was = before;
    __typeof__(value_v2) *to = target;
    if (!was || (*was).kind != (*from).kind)
        (*to).kind = (*from).kind;
    if (!was || (*was).flag != (*from).flag)
        (*to).flag = (*from).flag;
    if (!was || __builtin_memcmp((const void *)((char *)&(*was) + 4), (const void *)((char *)&(*from) + 4), 4))
        __builtin_memcpy((void *)((char *)&(*to) + 16), (const void *)((char *)&(*from) + 4), 4);
}

static void polus_sync_value_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(value_v2) *from = source, *was = before;
    polus__old_value *to = target;
    if (!was || (*was).kind != (*from).kind)
        (*to).kind = (*from).kind;
    if (!was || (*was).flag != (*from).flag)
        (*to).flag = (*from).flag;
    if (!was || __builtin_memcmp((const void *)((char *)&(*was) + 16), (const void *)((char *)&(*from) + 16), 4))
        __builtin_memcpy((void *)((char *)&(*to) + 4), (const void *)((char *)&(*from) + 16), 4);
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "as_int", "", "as_int_v2",
      "it depends on the layout of struct value; it uses the changed global value",
      (void *)as_int_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "value", "old.c", "", "value_v2",
      "its type changed",
      (void *)&value_v2, polus_sync_value_v2_to_new, polus_sync_value_v2_to_old, 0x0, 8, 24, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* as_int uses value */
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
    1, 1, 1, 0, 0, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
