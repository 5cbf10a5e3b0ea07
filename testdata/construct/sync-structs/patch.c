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
struct point { int x, y; };

/* new.c:2: a type that the patch uses */
struct inner { int b[4]; struct point at; long a; };

/* new.c:3: a type that the patch uses */
struct same { long first; char name[300]; struct point corner; };

/* new.c:4: a type that the patch uses */
struct outer {
    int added;
    struct inner j[3];
    struct outer__limits { int fresh; int quota; char name[8]; } limits[5];
    struct same same;
    struct { int right; int middle; int left; };
    struct inner i;
};

/* ---- Types of old instances ---- */

/* old.c:2: a type of old instances */
struct inner__old { int a; int b[3]; struct point at; };

/* old.c:4: a type of old instances */
struct outer__old {
    struct inner__old i;
    struct inner__old j[2];
    struct outer__limits__old { int quota; char name[4]; } limits[3];
    struct { int left; int right; };
    struct same same;
    int removed;
};

/* old.c:11: the type of the old instance */
typedef struct outer__old polus__old_g;

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int get_v2(int i);
static struct outer g_v2;

/* ---- Globals ---- */

/* new.c:11: the new instance; its type changed */
static struct outer g_v2;

/* ---- Functions ---- */

/* new.c:12: it depends on the layout of struct inner; it depends on the layout of struct outer; it depends on the layout of struct outer__limits; it uses the changed global g */
static int get_v2(int i) { return g_v2.j[i].a + g_v2.limits[i].quota + g_v2.left + g_v2.same.name[i]; }

/* ---- State synchronization ---- */

/* new.c:11: state synchronization */
static void polus_sync_g_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_g *from = source, *was = before;
    __typeof__(g_v2) *to = target;
    for (unsigned long i0 = 0; i0 < 2; i0++) {
        for (unsigned long i1 = 0; i1 < 3; i1++) {
            if (!was || (*was).j[i0].b[i1] != (*from).j[i0].b[i1])
                (*to).j[i0].b[i1] = (*from).j[i0].b[i1];
        }
        if (!was || (*was).j[i0].at.x != (*from).j[i0].at.x)
            (*to).j[i0].at.x = (*from).j[i0].at.x;
        if (!was || (*was).j[i0].at.y != (*from).j[i0].at.y)
            (*to).j[i0].at.y = (*from).j[i0].at.y;
        if (!was || (*was).j[i0].a != (*from).j[i0].a)
            (*to).j[i0].a = (__typeof__((*to).j[i0].a))(*from).j[i0].a;
    }
    for (unsigned long i0 = 0; i0 < 3; i0++) {
        if (!was || (*was).limits[i0].quota != (*from).limits[i0].quota)
            (*to).limits[i0].quota = (*from).limits[i0].quota;
        for (unsigned long i1 = 0; i1 < 4; i1++) {
            if (!was || (*was).limits[i0].name[i1] != (*from).limits[i0].name[i1])
                (*to).limits[i0].name[i1] = (*from).limits[i0].name[i1];
        }
    }
    if (!was || __builtin_memcmp((const void *)&(*was).same, (const void *)&(*from).same, sizeof (*from).same)) {
        if (!was || (*was).same.first != (*from).same.first)
            (*to).same.first = (*from).same.first;
        if (!was)
            __builtin_memcpy((void *)&(*to).same.name, (const void *)&(*from).same.name, 300 * sizeof (*from).same.name[0]);
        else if (__builtin_memcmp((const void *)&(*was).same.name, (const void *)&(*from).same.name, 300 * sizeof (*from).same.name[0])) {
            for (unsigned long i1 = 0; i1 < 300; i1++) {
                if ((*was).same.name[i1] != (*from).same.name[i1])
                    (*to).same.name[i1] = (*from).same.name[i1];
            }
        }
        if (!was || (*was).same.corner.x != (*from).same.corner.x)
            (*to).same.corner.x = (*from).same.corner.x;
        if (!was || (*was).same.corner.y != (*from).same.corner.y)
            (*to).same.corner.y = (*from).same.corner.y;
    }
    if (!was || (*was).right != (*from).right)
        (*to).right = (*from).right;
    if (!was || (*was).left != (*from).left)
        (*to).left = (*from).left;
    for (unsigned long i0 = 0; i0 < 3; i0++) {
        if (!was || (*was).i.b[i0] != (*from).i.b[i0])
            (*to).i.b[i0] = (*from).i.b[i0];
    }
    if (!was || (*was).i.at.x != (*from).i.at.x)
        (*to).i.at.x = (*from).i.at.x;
    if (!was || (*was).i.at.y != (*from).i.at.y)
        (*to).i.at.y = (*from).i.at.y;
    if (!was || (*was).i.a != (*from).i.a)
        (*to).i.a = (__typeof__((*to).i.a))(*from).i.a;
}

static void polus_sync_g_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(g_v2) *from = source, *was = before;
    polus__old_g *to = target;
    if (!was || (*was).i.a != (*from).i.a)
        (*to).i.a = (__typeof__((*to).i.a))(*from).i.a;
    for (unsigned long i0 = 0; i0 < 3; i0++) {
        if (!was || (*was).i.b[i0] != (*from).i.b[i0])
            (*to).i.b[i0] = (*from).i.b[i0];
    }
    if (!was || (*was).i.at.x != (*from).i.at.x)
        (*to).i.at.x = (*from).i.at.x;
    if (!was || (*was).i.at.y != (*from).i.at.y)
        (*to).i.at.y = (*from).i.at.y;
    for (unsigned long i0 = 0; i0 < 2; i0++) {
        if (!was || (*was).j[i0].a != (*from).j[i0].a)
            (*to).j[i0].a = (__typeof__((*to).j[i0].a))(*from).j[i0].a;
        for (unsigned long i1 = 0; i1 < 3; i1++) {
            if (!was || (*was).j[i0].b[i1] != (*from).j[i0].b[i1])
                (*to).j[i0].b[i1] = (*from).j[i0].b[i1];
        }
        if (!was || (*was).j[i0].at.x != (*from).j[i0].at.x)
            (*to).j[i0].at.x = (*from).j[i0].at.x;
        if (!was || (*was).j[i0].at.y != (*from).j[i0].at.y)
            (*to).j[i0].at.y = (*from).j[i0].at.y;
    }
    for (unsigned long i0 = 0; i0 < 3; i0++) {
        if (!was || (*was).limits[i0].quota != (*from).limits[i0].quota)
            (*to).limits[i0].quota = (*from).limits[i0].quota;
        for (unsigned long i1 = 0; i1 < 4; i1++) {
            if (!was || (*was).limits[i0].name[i1] != (*from).limits[i0].name[i1])
                (*to).limits[i0].name[i1] = (*from).limits[i0].name[i1];
        }
    }
    if (!was || (*was).left != (*from).left)
        (*to).left = (*from).left;
    if (!was || (*was).right != (*from).right)
        (*to).right = (*from).right;
    if (!was || __builtin_memcmp((const void *)&(*was).same, (const void *)&(*from).same, sizeof (*from).same)) {
        if (!was || (*was).same.first != (*from).same.first)
            (*to).same.first = (*from).same.first;
        if (!was)
            __builtin_memcpy((void *)&(*to).same.name, (const void *)&(*from).same.name, 300 * sizeof (*from).same.name[0]);
        else if (__builtin_memcmp((const void *)&(*was).same.name, (const void *)&(*from).same.name, 300 * sizeof (*from).same.name[0])) {
            for (unsigned long i1 = 0; i1 < 300; i1++) {
                if ((*was).same.name[i1] != (*from).same.name[i1])
                    (*to).same.name[i1] = (*from).same.name[i1];
            }
        }
        if (!was || (*was).same.corner.x != (*from).same.corner.x)
            (*to).same.corner.x = (*from).same.corner.x;
        if (!was || (*was).same.corner.y != (*from).same.corner.y)
            (*to).same.corner.y = (*from).same.corner.y;
    }
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "get", "", "get_v2",
      "it depends on the layout of struct inner; it depends on the layout of struct outer; it depends on the layout of struct outer__limits; it uses the changed global g",
      (void *)get_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "g", "", "", "g_v2",
      "its type changed",
      (void *)&g_v2, polus_sync_g_v2_to_new, polus_sync_g_v2_to_old, 0x0, 432, 552, POLUS_MIGRATED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }, /* get uses g */
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

_Static_assert(sizeof(struct same) == 320, "struct same must have the size that the process knows");
static const struct polus_field polus_fields_0[] = {
    { "first", 0, 64 },
    { "name", 64, 2400 },
    { "corner", 2464, 64 },
    { 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { "struct same", 320, polus_fields_0, 3 },
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
    1, 1, 1, 0, 1, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
