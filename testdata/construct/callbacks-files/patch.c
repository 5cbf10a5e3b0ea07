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

/* shared.h:1: a type that the patch uses */
struct item { int number; const char *name; };

/* a.c:5: shared_name stays in the process */
extern const char *shared_name(int n);

/* a.c:2: counter (a.c) stays in the process */
extern int counter__a;

/* a.c:2: counter (b.c) stays in the process */
extern int counter__b;

/* ---- Bound by the injector ---- */

#pragma weak shared_name
#pragma weak counter__a
#pragma weak counter__b

/* ---- What the patch defines ---- */

static __attribute__((noipa)) int usage__a_v2(int n);
static int usage__b(int n);

/* ---- Functions ---- */

/* a.c:3: its text changed */
static int usage__a_v2(int n) { return n + counter__a + 1; }

/* b.c:3: repeated, because the binary has no entry of it to call or it is inline */
static int usage__b(int n) { return n - counter__b; }

/* ---- Callbacks ---- */

/* keeps the first reason for which the update is forbidden */
static char polus_veto_reason[256];
static __attribute__((unused)) void polus_veto(const char *reason)
{
    unsigned i;
    if (polus_veto_reason[0])
        return;
    if (!reason || !reason[0])
        reason = "polus_pre_update gives no reason";
    for (i = 0; i + 1 < sizeof polus_veto_reason && reason[i]; i++)
        polus_veto_reason[i] = reason[i];
    polus_veto_reason[i] = 0;
}

/* callbacks.c:3: hand-written */
static int doubled(int n)
{
    return 2 * n;
}

/* callbacks.c:8: hand-written */
static void polus_pre_update(void)
{
    if (counter__a > counter__b)
        polus_veto(shared_name(counter__a));
    counter__a = doubled(usage__b(counter__a));
}

/* callbacks.c:15: hand-written */
static void polus_function_left_usage__a(void)
{
    struct item item = {1, "x"};
    counter__b = item.number;
}

/* each attempt begins without a veto */
static void polus__pre_update(void)
{
    polus_veto_reason[0] = 0;
    polus_pre_update();
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "usage", "a.c", "usage__a_v2",
      "its text changed",
      (void *)usage__a_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "shared_name", "shared_name", "", "", 0x0, 0, POLUS_FUNCTION, 0 },
    { "counter__a", "counter", "a.c", "", 0x0, 4, POLUS_VARIABLE, 0 },
    { "counter__b", "counter", "b.c", "", 0x0, 4, POLUS_VARIABLE, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

_Static_assert(sizeof(struct item) == 16, "struct item must have the size that the process knows");
static const struct polus_field polus_fields_0[] = {
    { "number", 0, 32 },
    { "name", 64, 64 },
    { 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { "struct item", 16, polus_fields_0, 2 },
    { 0, 0, 0, 0 }
};

static const struct polus_callback polus_callbacks[] = {
    { polus__pre_update, POLUS_PRE_UPDATE, 0 },
    { polus_function_left_usage__a, POLUS_FUNCTION_LEFT, 0 },
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
    1, 0, 0, 3, 1, 2,
    polus_callbacks, polus_veto_reason,
    0, 0, 0, 0,
};
