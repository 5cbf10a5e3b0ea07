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

/* ---- Bound by the injector ------------------------------------------------------ */


/* ---- What the patch defines ----------------------------------------------------- */

static __attribute__((noipa)) int next_v2(void);
static int level_v2;

/* ---- Globals -------------------------------------------------------------------- */

/* new.c:1: the patch's own instance */
static int level_v2 = 3;

/* ---- Functions ------------------------------------------------------------------ */

/* new.c:2: its text changed; it uses the changed global level */
static int next_v2(void) { return level_v2++; }

/* ---- State synchronization ------------------------------------------------------ */

/* ---- What the injector reads ---------------------------------------------------- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "next", "", "next_v2",
      "its text changed; it uses the changed global level",
      (void *)next_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "level", "new.c", "", "level_v2",
      "new, or a constant with another value",
      (void *)&level_v2, 0, 0, 0x0, 0, 4, POLUS_NEW, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
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
    1, 1, 0, 0, 0,
};