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

/* ---- What the patch defines ---- */

static __attribute__((noipa, patchable_function_entry(5))) __attribute__((noinline)) void note_v2(int n);
static __attribute__((noipa)) __attribute__((noinline)) int entry_v2(int n);
static int last_v2;

/* ---- Globals ---- */

/* new.c:2: the patch's own instance */
static int last_v2;

/* ---- Functions ---- */

/* new.c:3: it was compiled on what the compiler knew of last (nothing read it) */
static __attribute__((noinline)) void note_v2(int n) { last_v2 = n; puts("note"); }

/* new.c:4: its text changed; it was compiled on what the compiler knew of last (nothing read it) */
static __attribute__((noinline)) int entry_v2(int n) { note_v2(n); puts("entry"); return n + last_v2; }

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "note", "", "note_v2",
      "it was compiled on what the compiler knew of last (nothing read it)",
      (void *)note_v2, 0xADDRESS, POLUS_REPLACED, 0 },
    { "entry", "", "entry_v2",
      "its text changed; it was compiled on what the compiler knew of last (nothing read it)",
      (void *)entry_v2, 0xADDRESS, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "last", "old.c", "", "last_v2",
      "new, or a constant with another value",
      (void *)&last_v2, 0, 0, 0x0, 0, 4, POLUS_NEW, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
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
    2, 1, 0, 0, 0, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
