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
typedef int (*handler)(int);

/* new.c:2: up stays in the process */
int up(int n);

/* new.c:3: down stays in the process */
int down(int n);

/* new.c:5: a type that the patch uses */
typedef struct { const char *name; handler run; } polus__nameless_159;

/* ---- Bound by the injector ---- */

#pragma weak up
#pragma weak down

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int down_v2(int n);
static __attribute__((noipa, patchable_function_entry(5))) int stay_v1(int n);
static __attribute__((noipa)) int run_v2(unsigned which, int n);
static const polus__nameless_159 table_v2[3];

/* ---- Globals ---- */

/* new.c:5: the patch's own instance */
static const polus__nameless_159 table_v2[3] = {{"up", up}, {"down", down}, {"stay", stay_v1}};

/* ---- Functions ---- */

/* new.c:3: its text changed */
static int down_v2(int n) { return n - 2; }

/* new.c:4: new */
static int stay_v1(int n) { return n; }

/* new.c:6: it uses the changed global table */
static int run_v2(unsigned which, int n) { return which < sizeof table_v2 / sizeof *table_v2 ? table_v2[which].run(n) : 0; }

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "down", "old.c", "down_v2",
      "its text changed",
      (void *)down_v2, 0x0, POLUS_REPLACED, 0 },
    { "stay", "old.c", "stay_v1",
      "it is new",
      (void *)stay_v1, 0x0, POLUS_ADDED, 0 },
    { "run", "", "run_v2",
      "it uses the changed global table",
      (void *)run_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "table", "old.c", "", "table_v2",
      "new, or a constant with another value",
      (void *)&table_v2, 0, 0, 0x0, 0, 48, POLUS_NEW, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "up", "up", "old.c", "", 0x0, 0, POLUS_FUNCTION, 0 },
    { "down", "down", "old.c", "", 0x0, 0, POLUS_FUNCTION, 0 },
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
    3, 1, 0, 2, 0, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
