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

/* new.c:5: a type that the patch uses */
struct entry { long key; char name[5]; int hits; };

/* ---- Types of old instances ---- */

/* old.c:5: a type of old instances */
struct entry__old { int key; char name[3]; };

/* old.c:1: the type of the old instance */
typedef int polus__old_grown[4];

/* old.c:2: the type of the old instance */
typedef long polus__old_shrunk[8];

/* old.c:3: the type of the old instance */
typedef char polus__old_text[8];

/* old.c:4: the type of the old instance */
typedef int polus__old_matrix[4][3];

/* old.c:5: the type of the old instance */
typedef struct entry__old polus__old_table[4];

/* old.c:6: the type of the old instance */
typedef char *polus__old_names[2];

/* old.c:7: the type of the old instance */
typedef unsigned char polus__old_big[3][1000];

/* old.c:8: the type of the old instance */
typedef struct entry__old polus__old_many[40];

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int get_v2(int i);
static __attribute__((noipa)) void name_v2(int i, char *given);
static int grown_v2[8];
static int shrunk_v2[4];
static char text_v2[16];
static int matrix_v2[5][7];
static struct entry table_v2[6];
static char *names_v2[3];
static unsigned char big_v2[4][1000];
static struct entry many_v2[50];

/* ---- Globals ---- */

/* new.c:1: the new instance; its type changed */
static int grown_v2[8];

/* new.c:2: the new instance; its type changed */
static int shrunk_v2[4];

/* new.c:3: the new instance; its type changed */
static char text_v2[16] = "abc";

/* new.c:4: the new instance; its type changed */
static int matrix_v2[5][7];

/* new.c:5: the new instance; its type changed */
static struct entry table_v2[6];

/* new.c:6: the new instance; its type changed */
static char *names_v2[3] = {"a", "b", "c"};

/* new.c:7: the new instance; its type changed */
static unsigned char big_v2[4][1000];

/* new.c:8: the new instance; its type changed */
static struct entry many_v2[50];

/* ---- Functions ---- */

/* new.c:9: it depends on the layout of struct entry; it uses the changed global grown; it uses the changed global shrunk; it uses the changed global text; it uses the changed global matrix; it uses the changed global table; it uses the changed global names; it uses the changed global big; it uses the changed global many */
static int get_v2(int i) { return grown_v2[i] + shrunk_v2[i] + text_v2[i] + matrix_v2[i][0] + table_v2[i].key + *names_v2[i] + big_v2[0][i] + many_v2[i].key; }

/* new.c:10: it uses the changed global names */
static void name_v2(int i, char *given) { names_v2[i] = given; }

/* ---- State synchronization ---- */

/* new.c:1: state synchronization */
static void polus_sync_grown_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_grown *from = source, *was = before;
    __typeof__(grown_v2) *to = target;
    for (unsigned long i0 = 0; i0 < 4; i0++) {
        if (!was || (*was)[i0] != (*from)[i0])
            (*to)[i0] = (*from)[i0];
    }
}

static void polus_sync_grown_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(grown_v2) *from = source, *was = before;
    polus__old_grown *to = target;
    for (unsigned long i0 = 0; i0 < 4; i0++) {
        if (!was || (*was)[i0] != (*from)[i0])
            (*to)[i0] = (*from)[i0];
    }
}

/* new.c:2: state synchronization */
static void polus_sync_shrunk_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_shrunk *from = source, *was = before;
    __typeof__(shrunk_v2) *to = target;
    for (unsigned long i0 = 0; i0 < 4; i0++) {
        if (!was || (*was)[i0] != (*from)[i0])
            (*to)[i0] = (__typeof__((*to)[i0]))(*from)[i0];
    }
}

static void polus_sync_shrunk_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(shrunk_v2) *from = source, *was = before;
    polus__old_shrunk *to = target;
    for (unsigned long i0 = 0; i0 < 4; i0++) {
        if (!was || (*was)[i0] != (*from)[i0])
            (*to)[i0] = (__typeof__((*to)[i0]))(*from)[i0];
    }
}

/* new.c:3: state synchronization */
static void polus_sync_text_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_text *from = source, *was = before;
    __typeof__(text_v2) *to = target;
    for (unsigned long i0 = 0; i0 < 8; i0++) {
        if (!was || (*was)[i0] != (*from)[i0])
            (*to)[i0] = (*from)[i0];
    }
}

static void polus_sync_text_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(text_v2) *from = source, *was = before;
    polus__old_text *to = target;
    for (unsigned long i0 = 0; i0 < 8; i0++) {
        if (!was || (*was)[i0] != (*from)[i0])
            (*to)[i0] = (*from)[i0];
    }
}

/* new.c:4: state synchronization */
static void polus_sync_matrix_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_matrix *from = source, *was = before;
    __typeof__(matrix_v2) *to = target;
    for (unsigned long i0 = 0; i0 < 4; i0++) {
        for (unsigned long i1 = 0; i1 < 3; i1++) {
            if (!was || (*was)[i0][i1] != (*from)[i0][i1])
                (*to)[i0][i1] = (*from)[i0][i1];
        }
    }
}

static void polus_sync_matrix_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(matrix_v2) *from = source, *was = before;
    polus__old_matrix *to = target;
    for (unsigned long i0 = 0; i0 < 4; i0++) {
        for (unsigned long i1 = 0; i1 < 3; i1++) {
            if (!was || (*was)[i0][i1] != (*from)[i0][i1])
                (*to)[i0][i1] = (*from)[i0][i1];
        }
    }
}

/* new.c:5: state synchronization */
static void polus_sync_table_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_table *from = source, *was = before;
    __typeof__(table_v2) *to = target;
    for (unsigned long i0 = 0; i0 < 4; i0++) {
        if (!was || (*was)[i0].key != (*from)[i0].key)
            (*to)[i0].key = (__typeof__((*to)[i0].key))(*from)[i0].key;
        for (unsigned long i1 = 0; i1 < 3; i1++) {
            if (!was || (*was)[i0].name[i1] != (*from)[i0].name[i1])
                (*to)[i0].name[i1] = (*from)[i0].name[i1];
        }
    }
}

static void polus_sync_table_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(table_v2) *from = source, *was = before;
    polus__old_table *to = target;
    for (unsigned long i0 = 0; i0 < 4; i0++) {
        if (!was || (*was)[i0].key != (*from)[i0].key)
            (*to)[i0].key = (__typeof__((*to)[i0].key))(*from)[i0].key;
        for (unsigned long i1 = 0; i1 < 3; i1++) {
            if (!was || (*was)[i0].name[i1] != (*from)[i0].name[i1])
                (*to)[i0].name[i1] = (*from)[i0].name[i1];
        }
    }
}

/* new.c:6: state synchronization */
static void polus_sync_names_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_names *from = source, *was = before;
    __typeof__(names_v2) *to = target;
    for (unsigned long i0 = 0; i0 < 2; i0++) {
        if (!was || (*was)[i0] != (*from)[i0])
            (*to)[i0] = (*from)[i0];
    }
}

static void polus_sync_names_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(names_v2) *from = source, *was = before;
    polus__old_names *to = target;
    for (unsigned long i0 = 0; i0 < 2; i0++) {
        if (!was || (*was)[i0] != (*from)[i0])
            (*to)[i0] = (*from)[i0];
    }
}

/* new.c:7: state synchronization */
static void polus_sync_big_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_big *from = source, *was = before;
    __typeof__(big_v2) *to = target;
    if (!was)
        __builtin_memcpy((void *)&(*to), (const void *)&(*from), 3 * sizeof (*from)[0]);
    else if (__builtin_memcmp((const void *)&(*was), (const void *)&(*from), 3 * sizeof (*from)[0])) {
        for (unsigned long i0 = 0; i0 < 3; i0++) {
            if (__builtin_memcmp((const void *)&(*was)[i0], (const void *)&(*from)[i0], 1000 * sizeof (*from)[i0][0])) {
                for (unsigned long i2 = 0; i2 < 1000; i2++) {
                    if ((*was)[i0][i2] != (*from)[i0][i2])
                        (*to)[i0][i2] = (*from)[i0][i2];
                }
            }
        }
    }
}

static void polus_sync_big_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(big_v2) *from = source, *was = before;
    polus__old_big *to = target;
    if (!was)
        __builtin_memcpy((void *)&(*to), (const void *)&(*from), 3 * sizeof (*from)[0]);
    else if (__builtin_memcmp((const void *)&(*was), (const void *)&(*from), 3 * sizeof (*from)[0])) {
        for (unsigned long i0 = 0; i0 < 3; i0++) {
            if (__builtin_memcmp((const void *)&(*was)[i0], (const void *)&(*from)[i0], 1000 * sizeof (*from)[i0][0])) {
                for (unsigned long i2 = 0; i2 < 1000; i2++) {
                    if ((*was)[i0][i2] != (*from)[i0][i2])
                        (*to)[i0][i2] = (*from)[i0][i2];
                }
            }
        }
    }
}

/* new.c:8: state synchronization */
static void polus_sync_many_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_many *from = source, *was = before;
    __typeof__(many_v2) *to = target;
    for (unsigned long i0 = 0; i0 < 40; i0++) {
        if (!was || (*was)[i0].key != (*from)[i0].key)
            (*to)[i0].key = (__typeof__((*to)[i0].key))(*from)[i0].key;
        for (unsigned long i1 = 0; i1 < 3; i1++) {
            if (!was || (*was)[i0].name[i1] != (*from)[i0].name[i1])
                (*to)[i0].name[i1] = (*from)[i0].name[i1];
        }
    }
}

static void polus_sync_many_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(many_v2) *from = source, *was = before;
    polus__old_many *to = target;
    for (unsigned long i0 = 0; i0 < 40; i0++) {
        if (!was || (*was)[i0].key != (*from)[i0].key)
            (*to)[i0].key = (__typeof__((*to)[i0].key))(*from)[i0].key;
        for (unsigned long i1 = 0; i1 < 3; i1++) {
            if (!was || (*was)[i0].name[i1] != (*from)[i0].name[i1])
                (*to)[i0].name[i1] = (*from)[i0].name[i1];
        }
    }
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "get", "", "get_v2",
      "it depends on the layout of struct entry; it uses the changed global grown; it uses the changed global shrunk; it uses the changed global text; it uses the changed global matrix; it uses the changed global table; it uses the changed global names; it uses the changed global big; it uses the changed global many",
      (void *)get_v2, 0x0, POLUS_REPLACED, 0 },
    { "name", "", "name_v2",
      "it uses the changed global names",
      (void *)name_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "grown", "", "", "grown_v2",
      "its type changed",
      (void *)&grown_v2, polus_sync_grown_v2_to_new, polus_sync_grown_v2_to_old, 0x0, 16, 32, POLUS_MIGRATED, 0 },
    { "shrunk", "", "", "shrunk_v2",
      "its type changed",
      (void *)&shrunk_v2, polus_sync_shrunk_v2_to_new, polus_sync_shrunk_v2_to_old, 0x0, 64, 16, POLUS_MIGRATED, 0 },
    { "text", "", "", "text_v2",
      "its type changed",
      (void *)&text_v2, polus_sync_text_v2_to_new, polus_sync_text_v2_to_old, 0x0, 8, 16, POLUS_MIGRATED, 0 },
    { "matrix", "", "", "matrix_v2",
      "its type changed",
      (void *)&matrix_v2, polus_sync_matrix_v2_to_new, polus_sync_matrix_v2_to_old, 0x0, 48, 140, POLUS_MIGRATED, 0 },
    { "table", "", "", "table_v2",
      "its type changed",
      (void *)&table_v2, polus_sync_table_v2_to_new, polus_sync_table_v2_to_old, 0x0, 32, 144, POLUS_MIGRATED, 0 },
    { "names", "", "", "names_v2",
      "its type changed",
      (void *)&names_v2, polus_sync_names_v2_to_new, polus_sync_names_v2_to_old, 0x0, 16, 24, POLUS_MIGRATED, 0 },
    { "big", "", "", "big_v2",
      "its type changed",
      (void *)&big_v2, polus_sync_big_v2_to_new, polus_sync_big_v2_to_old, 0x0, 3000, 4000, POLUS_MIGRATED, 0 },
    { "many", "", "", "many_v2",
      "its type changed",
      (void *)&many_v2, polus_sync_many_v2_to_new, polus_sync_many_v2_to_old, 0x0, 320, 1200, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* get uses grown */
    { 0, 1, 0 }, /* get uses shrunk */
    { 0, 2, 0 }, /* get uses text */
    { 0, 3, 0 }, /* get uses matrix */
    { 0, 4, 0 }, /* get uses table */
    { 0, 5, 0 }, /* get uses names */
    { 0, 6, 0 }, /* get uses big */
    { 0, 7, 0 }, /* get uses many */
    { 1, 5, 0 }, /* name uses names */
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
    2, 8, 9, 0, 0, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
