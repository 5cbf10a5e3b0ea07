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

/* new.c:6: table stays in the process */
extern int table[16];

/* ---- Bound by the injector ---- */

#pragma weak table

/* ---- What the patch defines ---- */

static __attribute__((noipa)) __attribute__((noinline)) int mix_v2(int x);

/* ---- Functions ---- */

/* new.c:8: its text changed */
static __attribute__((noinline)) int mix_v2(int x)
{
    char text[40];
    snprintf(text, sizeof text, "%d", 16 * 2);
    text[0] = 0;
    return table[x & 15] ^ x ^ (text[0] == 0);
}

/* new.c:8: the entry for old callers keeps xmm0, xmm1, r10, r11, r8, r9, rsi, which an old caller counts on */
static __attribute__((naked, used)) void polus_entry_mix_v2(void)
{
    __asm__(
        "pushq %%rbp\n\t"
        ".cfi_def_cfa_offset 16\n\t"
        ".cfi_offset 6, -16\n\t"
        "movq %%rsp, %%rbp\n\t"
        ".cfi_def_cfa_register 6\n\t"
        "subq $112, %%rsp\n\t"
        "andq $-16, %%rsp\n\t"
        "movups %%xmm0, 0(%%rsp)\n\t"
        "movups %%xmm1, 16(%%rsp)\n\t"
        "movq %%r10, 32(%%rsp)\n\t"
        "movq %%r11, 48(%%rsp)\n\t"
        "movq %%r8, 64(%%rsp)\n\t"
        "movq %%r9, 80(%%rsp)\n\t"
        "movq %%rsi, 96(%%rsp)\n\t"
        "call %P0\n\t"
        "movups 0(%%rsp), %%xmm0\n\t"
        "movups 16(%%rsp), %%xmm1\n\t"
        "movq 32(%%rsp), %%r10\n\t"
        "movq 48(%%rsp), %%r11\n\t"
        "movq 64(%%rsp), %%r8\n\t"
        "movq 80(%%rsp), %%r9\n\t"
        "movq 96(%%rsp), %%rsi\n\t"
        "leave\n\t"
        ".cfi_def_cfa 7, 8\n\t"
        ".cfi_restore 6\n\t"
        "ret"
        :: "i"(mix_v2));
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "mix", "old.c", "mix_v2",
      "its text changed; its entry keeps xmm0, xmm1, r10, r11, r8, r9, rsi, which an old caller counts on",
      (void *)polus_entry_mix_v2, 0xADDRESS, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "table", "table", "old.c", "", 0xADDRESS, 64, POLUS_VARIABLE, 0 },
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
    1, 0, 0, 1, 0, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
