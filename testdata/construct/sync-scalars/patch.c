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

/* ---- Types of old instances ---- */

/* old.c:1: the type of the old instance */
typedef int polus__old_to_long;

/* old.c:2: the type of the old instance */
typedef unsigned char polus__old_to_int;

/* old.c:3: the type of the old instance */
typedef int polus__old_to_unsigned;

/* old.c:4: the type of the old instance */
typedef int polus__old_to_float;

/* old.c:5: the type of the old instance */
typedef double polus__old_to_integer;

/* old.c:6: the type of the old instance */
typedef int polus__old_to_boolean;

/* old.c:7: the type of the old instance */
typedef _Bool polus__old_from_boolean;

/* old.c:8: the type of the old instance */
typedef float polus__old_to_double;

/* old.c:9: the type of the old instance */
typedef double polus__old_to_long_double;

/* old.c:10: the type of the old instance */
typedef _Complex float polus__old_to_complex_double;

/* old.c:11: the type of the old instance */
typedef __int128 polus__old_from_wide;

/* old.c:12: the type of the old instance */
typedef const char *polus__old_to_bytes;

/* old.c:13: the type of the old instance */
typedef void *polus__old_to_typed;

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int get_v2(void);
static __attribute__((noipa)) double real_v2(void);
static __attribute__((noipa)) int first_v2(void);
static long to_long_v2;
static int to_int_v2;
static unsigned to_unsigned_v2;
static float to_float_v2;
static long to_integer_v2;
static _Bool to_boolean_v2;
static int from_boolean_v2;
static double to_double_v2;
static long double to_long_double_v2;
static _Complex double to_complex_double_v2;
static long from_wide_v2;
static const unsigned char *to_bytes_v2;
static struct any *to_typed_v2;

/* ---- Globals ---- */

/* new.c:1: the new instance; its type changed */
static long to_long_v2;

/* new.c:2: the new instance; its type changed */
static int to_int_v2 = 250;

/* new.c:3: the new instance; its type changed */
static unsigned to_unsigned_v2 = -1;

/* new.c:4: the new instance; its type changed */
static float to_float_v2 = 3;

/* new.c:5: the new instance; its type changed */
static long to_integer_v2 = 2.5;

/* new.c:6: the new instance; its type changed */
static _Bool to_boolean_v2 = 5;

/* new.c:7: the new instance; its type changed */
static int from_boolean_v2 = 1;

/* new.c:8: the new instance; its type changed */
static double to_double_v2 = 0.5f;

/* new.c:9: the new instance; its type changed */
static long double to_long_double_v2;

/* new.c:10: the new instance; its type changed */
static _Complex double to_complex_double_v2;

/* new.c:11: the new instance; its type changed */
static long from_wide_v2;

/* new.c:12: the new instance; its type changed */
static const unsigned char *to_bytes_v2 = (const unsigned char *)"text";

/* new.c:13: the new instance; its type changed */
static struct any *to_typed_v2;

/* ---- Functions ---- */

/* new.c:14: it uses the changed global to_long; it uses the changed global to_int; it uses the changed global to_unsigned; it uses the changed global to_float; it uses the changed global to_integer; it uses the changed global to_boolean; it uses the changed global from_boolean; it uses the changed global from_wide */
static int get_v2(void) { return to_long_v2 + to_int_v2 + to_unsigned_v2 + to_float_v2 + to_integer_v2 + to_boolean_v2 + from_boolean_v2 + from_wide_v2; }

/* new.c:15: it uses the changed global to_double; it uses the changed global to_long_double; it uses the changed global to_complex_double */
static double real_v2(void) { return to_double_v2 + to_long_double_v2 + __real__ to_complex_double_v2; }

/* new.c:16: it uses the changed global to_bytes; it uses the changed global to_typed */
static int first_v2(void) { return *to_bytes_v2 + (to_typed_v2 != 0); }

/* ---- State synchronization ---- */

/* new.c:1: state synchronization */
static void polus_sync_to_long_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_to_long *from = source, *was = before;
    __typeof__(to_long_v2) *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

static void polus_sync_to_long_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(to_long_v2) *from = source, *was = before;
    polus__old_to_long *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

/* new.c:2: state synchronization */
static void polus_sync_to_int_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_to_int *from = source, *was = before;
    __typeof__(to_int_v2) *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

static void polus_sync_to_int_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(to_int_v2) *from = source, *was = before;
    polus__old_to_int *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

/* new.c:3: state synchronization */
static void polus_sync_to_unsigned_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_to_unsigned *from = source, *was = before;
    __typeof__(to_unsigned_v2) *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

static void polus_sync_to_unsigned_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(to_unsigned_v2) *from = source, *was = before;
    polus__old_to_unsigned *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

/* new.c:4: state synchronization */
static void polus_sync_to_float_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_to_float *from = source, *was = before;
    __typeof__(to_float_v2) *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

static void polus_sync_to_float_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(to_float_v2) *from = source, *was = before;
    polus__old_to_float *to = target;
    if (!was || __builtin_memcmp((const void *)&(*was), (const void *)&(*from), sizeof (*from)))
        (*to) = (__typeof__((*to)))(*from);
}

/* new.c:5: state synchronization */
static void polus_sync_to_integer_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_to_integer *from = source, *was = before;
    __typeof__(to_integer_v2) *to = target;
    if (!was || __builtin_memcmp((const void *)&(*was), (const void *)&(*from), sizeof (*from)))
        (*to) = (__typeof__((*to)))(*from);
}

static void polus_sync_to_integer_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(to_integer_v2) *from = source, *was = before;
    polus__old_to_integer *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

/* new.c:6: state synchronization */
static void polus_sync_to_boolean_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_to_boolean *from = source, *was = before;
    __typeof__(to_boolean_v2) *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

static void polus_sync_to_boolean_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(to_boolean_v2) *from = source, *was = before;
    polus__old_to_boolean *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

/* new.c:7: state synchronization */
static void polus_sync_from_boolean_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_from_boolean *from = source, *was = before;
    __typeof__(from_boolean_v2) *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

static void polus_sync_from_boolean_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(from_boolean_v2) *from = source, *was = before;
    polus__old_from_boolean *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

/* new.c:8: state synchronization */
static void polus_sync_to_double_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_to_double *from = source, *was = before;
    __typeof__(to_double_v2) *to = target;
    if (!was || __builtin_memcmp((const void *)&(*was), (const void *)&(*from), sizeof (*from)))
        (*to) = (__typeof__((*to)))(*from);
}

static void polus_sync_to_double_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(to_double_v2) *from = source, *was = before;
    polus__old_to_double *to = target;
    if (!was || __builtin_memcmp((const void *)&(*was), (const void *)&(*from), sizeof (*from)))
        (*to) = (__typeof__((*to)))(*from);
}

/* new.c:9: state synchronization */
static void polus_sync_to_long_double_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_to_long_double *from = source, *was = before;
    __typeof__(to_long_double_v2) *to = target;
    if (!was || __builtin_memcmp((const void *)&(*was), (const void *)&(*from), sizeof (*from)))
        (*to) = (__typeof__((*to)))(*from);
}

static void polus_sync_to_long_double_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(to_long_double_v2) *from = source, *was = before;
    polus__old_to_long_double *to = target;
    if (!was || __builtin_memcmp((const void *)&(*was), (const void *)&(*from), 10))
        (*to) = (__typeof__((*to)))(*from);
}

/* new.c:10: state synchronization */
static void polus_sync_to_complex_double_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_to_complex_double *from = source, *was = before;
    __typeof__(to_complex_double_v2) *to = target;
    if (!was || __builtin_memcmp((const void *)&(*was), (const void *)&(*from), sizeof (*from)))
        (*to) = (__typeof__((*to)))(*from);
}

static void polus_sync_to_complex_double_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(to_complex_double_v2) *from = source, *was = before;
    polus__old_to_complex_double *to = target;
    if (!was || __builtin_memcmp((const void *)&(*was), (const void *)&(*from), sizeof (*from)))
        (*to) = (__typeof__((*to)))(*from);
}

/* new.c:11: state synchronization */
static void polus_sync_from_wide_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_from_wide *from = source, *was = before;
    __typeof__(from_wide_v2) *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

static void polus_sync_from_wide_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(from_wide_v2) *from = source, *was = before;
    polus__old_from_wide *to = target;
    if (!was || (*was) != (*from))
        (*to) = (__typeof__((*to)))(*from);
}

/* new.c:12: state synchronization */
static void polus_sync_to_bytes_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_to_bytes *from = source, *was = before;
    __typeof__(to_bytes_v2) *to = target;
    if (!was || (*was) != (*from))
        (*to) = (void *)(*from);
}

static void polus_sync_to_bytes_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(to_bytes_v2) *from = source, *was = before;
    polus__old_to_bytes *to = target;
    if (!was || (*was) != (*from))
        (*to) = (void *)(*from);
}

/* new.c:13: state synchronization */
static void polus_sync_to_typed_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_to_typed *from = source, *was = before;
    __typeof__(to_typed_v2) *to = target;
    if (!was || (*was) != (*from))
        (*to) = (void *)(*from);
}

static void polus_sync_to_typed_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(to_typed_v2) *from = source, *was = before;
    polus__old_to_typed *to = target;
    if (!was || (*was) != (*from))
        (*to) = (void *)(*from);
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "get", "", "get_v2",
      "it uses the changed global to_long; it uses the changed global to_int; it uses the changed global to_unsigned; it uses the changed global to_float; it uses the changed global to_integer; it uses the changed global to_boolean; it uses the changed global from_boolean; it uses the changed global from_wide",
      (void *)get_v2, 0x0, POLUS_REPLACED, 0 },
    { "real", "", "real_v2",
      "it uses the changed global to_double; it uses the changed global to_long_double; it uses the changed global to_complex_double",
      (void *)real_v2, 0x0, POLUS_REPLACED, 0 },
    { "first", "", "first_v2",
      "it uses the changed global to_bytes; it uses the changed global to_typed",
      (void *)first_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "to_long", "", "", "to_long_v2",
      "its type changed",
      (void *)&to_long_v2, polus_sync_to_long_v2_to_new, polus_sync_to_long_v2_to_old, 0x0, 4, 8, POLUS_MIGRATED, 0 },
    { "to_int", "", "", "to_int_v2",
      "its type changed",
      (void *)&to_int_v2, polus_sync_to_int_v2_to_new, polus_sync_to_int_v2_to_old, 0x0, 1, 4, POLUS_MIGRATED, 0 },
    { "to_unsigned", "", "", "to_unsigned_v2",
      "its type changed",
      (void *)&to_unsigned_v2, polus_sync_to_unsigned_v2_to_new, polus_sync_to_unsigned_v2_to_old, 0x0, 4, 4, POLUS_MIGRATED, 0 },
    { "to_float", "", "", "to_float_v2",
      "its type changed",
      (void *)&to_float_v2, polus_sync_to_float_v2_to_new, polus_sync_to_float_v2_to_old, 0x0, 4, 4, POLUS_MIGRATED, 0 },
    { "to_integer", "", "", "to_integer_v2",
      "its type changed",
      (void *)&to_integer_v2, polus_sync_to_integer_v2_to_new, polus_sync_to_integer_v2_to_old, 0x0, 8, 8, POLUS_MIGRATED, 0 },
    { "to_boolean", "", "", "to_boolean_v2",
      "its type changed",
      (void *)&to_boolean_v2, polus_sync_to_boolean_v2_to_new, polus_sync_to_boolean_v2_to_old, 0x0, 4, 1, POLUS_MIGRATED, 0 },
    { "from_boolean", "", "", "from_boolean_v2",
      "its type changed",
      (void *)&from_boolean_v2, polus_sync_from_boolean_v2_to_new, polus_sync_from_boolean_v2_to_old, 0x0, 1, 4, POLUS_MIGRATED, 0 },
    { "to_double", "", "", "to_double_v2",
      "its type changed",
      (void *)&to_double_v2, polus_sync_to_double_v2_to_new, polus_sync_to_double_v2_to_old, 0x0, 4, 8, POLUS_MIGRATED, 0 },
    { "to_long_double", "", "", "to_long_double_v2",
      "its type changed",
      (void *)&to_long_double_v2, polus_sync_to_long_double_v2_to_new, polus_sync_to_long_double_v2_to_old, 0x0, 8, 16, POLUS_MIGRATED, 0 },
    { "to_complex_double", "", "", "to_complex_double_v2",
      "its type changed",
      (void *)&to_complex_double_v2, polus_sync_to_complex_double_v2_to_new, polus_sync_to_complex_double_v2_to_old, 0x0, 8, 16, POLUS_MIGRATED, 0 },
    { "from_wide", "", "", "from_wide_v2",
      "its type changed",
      (void *)&from_wide_v2, polus_sync_from_wide_v2_to_new, polus_sync_from_wide_v2_to_old, 0x0, 16, 8, POLUS_MIGRATED, 0 },
    { "to_bytes", "", "", "to_bytes_v2",
      "its type changed",
      (void *)&to_bytes_v2, polus_sync_to_bytes_v2_to_new, polus_sync_to_bytes_v2_to_old, 0x0, 8, 8, POLUS_MIGRATED, 0 },
    { "to_typed", "", "", "to_typed_v2",
      "its type changed",
      (void *)&to_typed_v2, polus_sync_to_typed_v2_to_new, polus_sync_to_typed_v2_to_old, 0x0, 8, 8, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* get uses to_long */
    { 0, 1, 0 }, /* get uses to_int */
    { 0, 2, 0 }, /* get uses to_unsigned */
    { 0, 3, 0 }, /* get uses to_float */
    { 0, 4, 0 }, /* get uses to_integer */
    { 0, 5, 0 }, /* get uses to_boolean */
    { 0, 6, 0 }, /* get uses from_boolean */
    { 0, 10, 0 }, /* get uses from_wide */
    { 1, 7, 0 }, /* real uses to_double */
    { 1, 8, 0 }, /* real uses to_long_double */
    { 1, 9, 0 }, /* real uses to_complex_double */
    { 2, 11, 0 }, /* first uses to_bytes */
    { 2, 12, 0 }, /* first uses to_typed */
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
    3, 13, 13, 0, 0, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
