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
enum kind { GREEN = 2, RED = 0, BLUE = 1 };

/* new.c:2: job stays in the process */
struct job { enum kind kind; };
extern struct job *job;

/* ---- Bound by the injector ---- */

#pragma weak job

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int late_v2(void);
static __attribute__((noipa)) int early_v2(int kind);

/* ---- Functions ---- */

/* new.c:3: its text changed */
static int late_v2(void) { return ({ long polus_number = (job->kind); polus_number == 0 ? 1 : polus_number == 1 ? 2 : polus_number == 2 ? 0 : polus_number; }) > 0; }

/* new.c:4: its text changed */
static int early_v2(int kind) { return 2 > ({ long polus_number = ((enum kind)kind); polus_number == 0 ? 1 : polus_number == 1 ? 2 : polus_number == 2 ? 0 : polus_number; }) && 1 <= ({ long polus_number = ((job->kind)); polus_number == 0 ? 1 : polus_number == 1 ? 2 : polus_number == 2 ? 0 : polus_number; }); }

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "late", "", "late_v2",
      "its text changed",
      (void *)late_v2, 0x0, POLUS_REPLACED, 0 },
    { "early", "", "early_v2",
      "its text changed",
      (void *)early_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "job", "job", "", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

_Static_assert(sizeof(struct job) == 4, "struct job must have the size that the process knows");
static const struct polus_field polus_fields_0[] = {
    { "kind", 0, 32 },
    { 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { "struct job", 4, polus_fields_0, 1 },
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
    2, 0, 0, 1, 1, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
