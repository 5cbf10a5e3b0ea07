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

/* new.c:2: n stays in the process */
extern int n;

/* ---- Bound by the injector ---- */

#pragma weak n

/* ---- What the patch defines ---- */

static __attribute__((noipa)) void first_v2(void);
static __attribute__((noipa, patchable_function_entry(5))) void second_v1(void);
static __attribute__((noipa, patchable_function_entry(5))) void last_v1(void);
static __attribute__((noipa)) __attribute__((noinline)) int f_v2(void);
static int m_v1;

/* ---- Globals ---- */

/* new.c:2: the patch's own instance */
static int m_v1;

/* ---- Functions ---- */

/* new.c:3: its text changed */
static void first_v2(void) { n = 2; }

/* new.c:4: new */
static void second_v1(void) { m_v1 = 7; n += 5; }

/* new.c:6: new */
static void last_v1(void) { puts("last"); }

/* new.c:7: its text changed; it uses m, which is new */
static __attribute__((noinline)) int f_v2(void) { return n + m_v1 + 100; }

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "first", "old.c", "first_v2",
      "its text changed",
      (void *)first_v2, 0x0, POLUS_REPLACED, 0 },
    { "second", "old.c", "second_v1",
      "it is new",
      (void *)second_v1, 0x0, POLUS_ADDED, 0 },
    { "last", "old.c", "last_v1",
      "it is new",
      (void *)last_v1, 0x0, POLUS_ADDED, 0 },
    { "f", "", "f_v2",
      "its text changed; it uses m, which is new",
      (void *)f_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "m", "", "", "m_v1",
      "new, or a constant with another value",
      (void *)&m_v1, 0, 0, 0x0, 0, 4, POLUS_NEW, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "n", "n", "", "", 0x0, 4, POLUS_VARIABLE, 0 },
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
    4, 1, 0, 1, 0, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
