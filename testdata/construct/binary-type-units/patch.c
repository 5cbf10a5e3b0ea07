/*
 * A live patch for program: version 0 to 1.
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
struct limits { int low, high; };

/* ---- What the patch defines ---- */

static __attribute__((noipa, patchable_function_entry(5))) int inner_v2(int n);
static int middle(int n);
static __attribute__((noipa)) __attribute__((noinline)) int entry_v2(int n);
static struct limits limits;

/* ---- Globals ---- */

/* new.c:2: its value is known, and the binary has no object for it */
static struct limits limits = { 1, 90 };

/* ---- Functions ---- */

/* new.c:3: its text changed */
static int inner_v2(int n) { extern int calls __asm__("polus__inner__calls_0") __attribute__((weak)); return (n ^ 22) + ++calls; }

/* new.c:4: repeated, because the binary has no entry of it to call or it is inline */
static int middle(int n) { return inner_v2(n) * limits.high; }

/* new.c:5: it holds an inlined copy of inner (by way of middle) */
static __attribute__((noinline)) int entry_v2(int n) { return middle(n) + limits.low; }

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "inner", "old.c", "inner_v2",
      "its text changed",
      (void *)inner_v2, 0x0, POLUS_ADDED, POLUS_NO_ENTRY },
    { "entry", "", "entry_v2",
      "it holds an inlined copy of inner (by way of middle)",
      (void *)entry_v2, 0xADDRESS, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "polus__inner__calls_0", "calls", "old.c", "inner", 0xADDRESS, 4, POLUS_VARIABLE, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

_Static_assert(sizeof(struct limits) == 8, "struct limits must have the size that the process knows");
static const struct polus_field polus_fields_0[] = {
    { "low", 0, 32 },
    { "high", 32, 32 },
    { 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { "struct limits", 8, polus_fields_0, 2 },
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
    "program",
    "DIGEST",
    "",
    polus_functions, polus_variables, polus_uses, polus_imports, polus_layouts,
    2, 0, 0, 1, 1, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
