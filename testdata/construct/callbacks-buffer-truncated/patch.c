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
struct buffer { unsigned alloc, offset, end; char text[64]; };

/* new.c:2: input stays in the process */
extern struct buffer input;
extern struct buffer output;

/* ---- Bound by the injector ---- */

#pragma weak input
#pragma weak output

/* ---- What the patch defines ---- */

static __attribute__((noipa)) void buffer_append_v2(struct buffer *to, char c);

/* ---- Functions ---- */

/* new.c:3: its text changed */
static void buffer_append_v2(struct buffer *to, char c) { if (to->end < to->alloc) to->text[to->end++] = c; }

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

/* callbacks.c:2: hand-written */
static void truncate_it(struct buffer *of)
{
    if (of->end > of->alloc)
        of->end = of->alloc;
    if (of->offset > of->end)
        of->offset = of->end;
}

/* callbacks.c:10: hand-written */
static void polus_pre_update(void)
{
    truncate_it(&input);
    truncate_it(&output);
}

/* callbacks.c:16: hand-written */
static void polus_function_left_buffer_append(void)
{
    truncate_it(&input);
    truncate_it(&output);
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
    { "buffer_append", "", "buffer_append_v2",
      "its text changed",
      (void *)buffer_append_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "input", "input", "", "", 0x0, 76, POLUS_VARIABLE, 0 },
    { "output", "output", "", "", 0x0, 76, POLUS_VARIABLE, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

_Static_assert(sizeof(struct buffer) == 76, "struct buffer must have the size that the process knows");
static const struct polus_field polus_fields_0[] = {
    { "alloc", 0, 32 },
    { "offset", 32, 32 },
    { "end", 64, 32 },
    { "text", 96, 512 },
    { 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { "struct buffer", 76, polus_fields_0, 4 },
    { 0, 0, 0, 0 }
};

static const struct polus_callback polus_callbacks[] = {
    { polus__pre_update, POLUS_PRE_UPDATE, 0 },
    { polus_function_left_buffer_append, POLUS_FUNCTION_LEFT, 0 },
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
    1, 0, 0, 2, 1, 2,
    polus_callbacks, polus_veto_reason,
    0, 0, 0, 0,
};
