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

/* b.c:1: count (b.c) stays in the process */
extern int count__b;

/* b.c:2: raise (b.c) stays in the process */
extern int raise__b(int by);

/* ---- Bound by the injector ---- */

#pragma weak count
#pragma weak count__b
#pragma weak raise__b

/* ---- What the patch defines ---- */

static __attribute__((noipa, patchable_function_entry(5))) __attribute__((noinline)) unsigned int raise_v2(unsigned int by);
static __attribute__((noipa)) __attribute__((noinline)) int report_v2(int by);

/* ---- Functions ---- */

/* a.c:4: its text changed */
static __attribute__((noinline)) unsigned int raise_v2(unsigned int by) { return count += by + 1; }

/* b.c:3: its text changed */
static __attribute__((noinline)) int report_v2(int by)
{
    return raise__b(by) + count__b / 4;
}

/* a.c:4: the entry for old callers keeps rdi, which an old caller counts on */
static __attribute__((naked, used)) void polus_entry_raise_v2(void)
{
    __asm__(
        "pushq %%rbp\n\t"
        ".cfi_def_cfa_offset 16\n\t"
        ".cfi_offset 6, -16\n\t"
        "movq %%rsp, %%rbp\n\t"
        ".cfi_def_cfa_register 6\n\t"
        "subq $16, %%rsp\n\t"
        "andq $-16, %%rsp\n\t"
        "movq %%rdi, 0(%%rsp)\n\t"
        "call %P0\n\t"
        "movq 0(%%rsp), %%rdi\n\t"
        "leave\n\t"
        ".cfi_def_cfa 7, 8\n\t"
        ".cfi_restore 6\n\t"
        "ret"
        :: "i"(raise_v2));
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "report", "", "report_v2",
      "its text changed",
      (void *)report_v2, 0xADDRESS, POLUS_REPLACED, 0 },
    { "raise", "", "raise_v2",
      "its text changed; its entry keeps rdi, which an old caller counts on",
      (void *)polus_entry_raise_v2, 0xADDRESS, POLUS_REPLACED, 0 },
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
    { "count__b", "count", "", "", 0xADDRESS, 4, POLUS_VARIABLE, 0 },
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
    2, 0, 0, 3, 0, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
