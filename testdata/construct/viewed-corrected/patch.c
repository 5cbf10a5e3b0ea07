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

/* a.c:2: count stays in the process */
extern unsigned int count;

/* a.c:2: count stays in the process */
extern unsigned int count;

/* b.c:2: raise (b.c) stays in the process */
extern int raise__b(int by);

/* ---- Bound by the injector ---- */

#pragma weak count
#pragma weak raise__b

/* ---- What the patch defines ---- */

static __attribute__((noipa)) __attribute__((noinline)) int report_v2(int by);

/* ---- Functions ---- */

/* b.c:3: its text changed */
static __attribute__((noinline)) int report_v2(int by)
{
    return raise__b(by) + count / 2;
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "report", "", "report_v2",
      "its text changed",
      (void *)report_v2, 0xADDRESS, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "count", "count", "", "", 0xADDRESS, 4, POLUS_VARIABLE, 0 },
    { "raise__b", "raise", "", "", 0xADDRESS, 0, POLUS_FUNCTION, 0 },
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
    "program",
    "DIGEST",
    "",
    polus_functions, polus_variables, polus_uses, polus_imports, polus_layouts,
    1, 0, 0, 2, 0, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
