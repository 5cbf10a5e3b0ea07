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

/* a.c:1: a type that the patch uses */
typedef struct { int limit; } config__a;

/* a.c:2: a type that the patch uses */
struct state__a { int open; };

/* a.c:3: a type that the patch uses */
typedef union { int whole; } cell__a;

/* a.c:4: settings (a.c) stays in the process */
extern config__a *settings__a;

/* a.c:5: now (a.c) stays in the process */
extern struct state__a *now__a;

/* a.c:6: cells (a.c) stays in the process */
extern cell__a *cells__a;

/* b.c:1: a type that the patch uses */
typedef struct { long from, to; } config__b;

/* b.c:2: a type that the patch uses */
struct state__b { char word[24]; };

/* b.c:3: a type that the patch uses */
typedef union { long whole; char part[8]; } cell__b;

/* a.c:4: settings (b.c) stays in the process */
extern config__b *settings__b;

/* a.c:5: now (b.c) stays in the process */
extern struct state__b *now__b;

/* a.c:6: cells (b.c) stays in the process */
extern cell__b *cells__b;

/* ---- Bound by the injector ---- */

#pragma weak settings__a
#pragma weak now__a
#pragma weak cells__a
#pragma weak settings__b
#pragma weak now__b
#pragma weak cells__b

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int a_v2(void);
static __attribute__((noipa)) long b_v2(void);

/* ---- Functions ---- */

/* a.c:8: its text changed */
static int a_v2(void) { return 2 * settings__a->limit + now__a->open + cells__a->whole; }

/* b.c:8: its text changed */
static long b_v2(void) { return settings__b->to - settings__b->from + now__b->word[0] + cells__b->part[0]; }

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "a", "", "a_v2",
      "its text changed",
      (void *)a_v2, 0x0, POLUS_REPLACED, 0 },
    { "b", "", "b_v2",
      "its text changed",
      (void *)b_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "settings__a", "settings", "a.c", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { "now__a", "now", "a.c", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { "cells__a", "cells", "a.c", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { "settings__b", "settings", "b.c", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { "now__b", "now", "b.c", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { "cells__b", "cells", "b.c", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

_Static_assert(sizeof(config__a) == 4, "config must have the size that the process knows");
static const struct polus_field polus_fields_0[] = {
    { "limit", 0, 32 },
    { 0, 0, 0 }
};

_Static_assert(sizeof(struct state__a) == 4, "struct state must have the size that the process knows");
static const struct polus_field polus_fields_1[] = {
    { "open", 0, 32 },
    { 0, 0, 0 }
};

_Static_assert(sizeof(cell__a) == 4, "cell must have the size that the process knows");
static const struct polus_field polus_fields_2[] = {
    { "whole", 0, 32 },
    { 0, 0, 0 }
};

_Static_assert(sizeof(config__b) == 16, "config must have the size that the process knows");
static const struct polus_field polus_fields_3[] = {
    { "from", 0, 64 },
    { "to", 64, 64 },
    { 0, 0, 0 }
};

_Static_assert(sizeof(struct state__b) == 24, "struct state must have the size that the process knows");
static const struct polus_field polus_fields_4[] = {
    { "word", 0, 192 },
    { 0, 0, 0 }
};

_Static_assert(sizeof(cell__b) == 8, "cell must have the size that the process knows");
static const struct polus_field polus_fields_5[] = {
    { "whole", 0, 64 },
    { "part", 0, 64 },
    { 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { "config", 4, polus_fields_0, 1 },
    { "struct state", 4, polus_fields_1, 1 },
    { "cell", 4, polus_fields_2, 1 },
    { "config", 16, polus_fields_3, 2 },
    { "struct state", 24, polus_fields_4, 1 },
    { "cell", 8, polus_fields_5, 2 },
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
    2, 0, 0, 6, 6, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
