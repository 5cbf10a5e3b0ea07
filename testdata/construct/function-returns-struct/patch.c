/*
 * A live patch for old: version 0 to 1.
 *
 *     gcc -O2 -fPIC -shared patch.c -o patch.so
 *     polus check -p PID patch.so
 *     polus apply -p PID patch.so
 *
 * Written by polusc. Each block says where it comes from and why it is here; it may be
 * adjusted by hand. What is declared `extern` and listed in polus_imports stays in the process.
 */
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wattributes"
#pragma GCC diagnostic ignored "-Wpragmas"

/* ---- The program's declarations ------------------------------------------------ */

/* new.c:1: a type that the patch uses */
struct pair { int a, b; };

/* ---- Bound by the injector ------------------------------------------------------ */


/* ---- What the patch defines ----------------------------------------------------- */

static __attribute__((noipa)) struct pair make_v2(int a);
static __attribute__((noipa)) int (*choose_v2(int n))(int);

/* ---- Globals -------------------------------------------------------------------- */

/* ---- Functions ------------------------------------------------------------------ */

/* new.c:2: its text changed */
static struct pair make_v2(int a) { struct pair p = {a, -a}; return p; }

/* new.c:3: its text changed */
static int (*choose_v2(int n))(int) { return n > 1 ? (int (*)(int))0 : (int (*)(int))0; }

/* ---- State synchronization ------------------------------------------------------ */

/* ---- What the injector reads ---------------------------------------------------- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "make", "", "make_v2",
      "its text changed",
      (void *)make_v2, 0x0, POLUS_REPLACED, 0 },
    { "choose", "", "choose_v2",
      "its text changed",
      (void *)choose_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

_Static_assert(sizeof(struct pair) == 8, "struct pair must have the size that the process knows");
static const struct polus_field polus_fields_0[] = {
    { "a", 0, 32 },
    { "b", 32, 32 },
    { 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { "struct pair", 8, polus_fields_0, 2 },
    { 0, 0, 0, 0 }
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
    2, 0, 0, 0, 1,
};