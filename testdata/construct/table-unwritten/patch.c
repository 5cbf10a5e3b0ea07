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

/* new.c:1: declared by a library */
extern int strcmp(const char *, const char *);

/* new.c:2: a type that the patch uses */
struct command { const char *name; int (*run)(int); };

/* new.c:3: module stays in the process */
struct module { const struct command *first; struct command *all; };
extern struct module module;

/* new.c:4: get stays in the process */
int get(int n);

/* ---- Bound by the injector ---- */

#pragma weak module
#pragma weak get

/* ---- What the patch defines ---- */

static __attribute__((noipa, patchable_function_entry(5))) int put_v1(int n);
static __attribute__((noipa)) void start_v2(void);
static struct command *find(struct command *from, const char *name);
static __attribute__((noipa)) int known_v2(const char *name);
static struct command commands_v2[3];

/* ---- Globals ---- */

/* new.c:6: the patch's own instance */
static struct command commands_v2[3] = { { "get", get }, { "put", put_v1 }, { 0, 0 } };

/* ---- Functions ---- */

/* new.c:5: new */
static int put_v1(int n) { return n + 1; }

/* new.c:7: it uses the changed global commands */
static void start_v2(void) { module.all = commands_v2; }

/* new.c:8: repeated, because the binary has no entry of it to call or it is inline */
static struct command *find(struct command *from, const char *name)
{
    for (; from->name; from++)
        if (!strcmp(from->name, name)) return from;
    return 0;
}

/* new.c:19: it uses the changed global commands */
static int known_v2(const char *name) { return find(commands_v2, name) != 0; }

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "put", "old.c", "put_v1",
      "it is new",
      (void *)put_v1, 0x0, POLUS_ADDED, 0 },
    { "start", "", "start_v2",
      "it uses the changed global commands",
      (void *)start_v2, 0x0, POLUS_REPLACED, 0 },
    { "known", "", "known_v2",
      "it uses the changed global commands",
      (void *)known_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "commands", "old.c", "", "commands_v2",
      "new, or a constant with another value",
      (void *)&commands_v2, 0, 0, 0x0, 0, 48, POLUS_NEW, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "module", "module", "", "", 0x0, 16, POLUS_VARIABLE, 0 },
    { "get", "get", "old.c", "", 0x0, 0, POLUS_FUNCTION, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

_Static_assert(sizeof(struct command) == 16, "struct command must have the size that the process knows");
static const struct polus_field polus_fields_0[] = {
    { "name", 0, 64 },
    { "run", 64, 64 },
    { 0, 0, 0 }
};

_Static_assert(sizeof(struct module) == 16, "struct module must have the size that the process knows");
static const struct polus_field polus_fields_1[] = {
    { "first", 0, 64 },
    { "all", 64, 64 },
    { 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { "struct command", 16, polus_fields_0, 2 },
    { "struct module", 16, polus_fields_1, 2 },
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
    3, 1, 0, 2, 2, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
