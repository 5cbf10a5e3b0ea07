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
struct job { int id; char polus_gap_4[4] __attribute__((aligned(4))); int cost; struct job *next; };

/* new.c:2: a type that the patch uses */
struct pair { struct job one; struct job two; };

/* new.c:3: jobs stays in the process */
extern struct job *jobs;

/* ---- Bound by the injector ---- */

#pragma weak jobs

/* ---- What the patch defines ---- */

extern char polus__f__fixed_0[] __asm__("polus__f__fixed_0");
static __attribute__((noipa)) int f_v2(struct job *j);
static __attribute__((noipa)) int sum_v2(void);
static struct job fresh_v1;
static struct job zero_v1;
static struct job many_v1[2];
static struct pair pair_v1;

/* ---- Globals ---- */

/* new.c:3: the patch's own instance */
static struct job fresh_v1 = { .next = &fresh_v1, .id = 1, .cost = 2 };

/* new.c:3: the patch's own instance */
static struct job zero_v1 = {0};

/* new.c:3: the patch's own instance */
static struct job many_v1[2] = { { .next = 0, .id = 1 }, { .id = 2, .cost = 3 } };

/* new.c:4: the patch's own instance */
static struct pair pair_v1 = { { .next = 0, .id = 1, .cost = 2 }, { .next = 0, .id = 3 } };

/* ---- Functions ---- */

/* new.c:5: its text changed */
static int f_v2(struct job *j)
{
    struct job local = { .next = j, .id = 1, .cost = 2 }, none[2] = {0};
    static struct job fixed __asm__("polus__f__fixed_0") __attribute__((used)) = { .next = &many_v1[1], .id = 1, .cost = 2 };
    *j = local;
    jobs = (struct job[]){ { .next = 0, .id = 1, .cost = 2 }, { .next = &fixed, .id = 3, .cost = 4 } };
    return j->id + j->cost + none[1].id + jobs[1].cost + ((struct pair){ { .next = 0, .id = 1, .cost = 2 }, { .next = j, .id = 3, .cost = 4 } }).two.id;
}

/* new.c:13: its text changed; it uses fresh, which is new; it uses zero, which is new; it uses pair, which is new */
static int sum_v2(void) { return f_v2(jobs) + f_v2(&fresh_v1) + f_v2(&zero_v1) + f_v2(&pair_v1.one); }

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "f", "", "f_v2",
      "its text changed",
      (void *)f_v2, 0x0, POLUS_REPLACED, 0 },
    { "sum", "", "sum_v2",
      "its text changed; it uses fresh, which is new; it uses zero, which is new; it uses pair, which is new",
      (void *)sum_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "fresh", "", "", "fresh_v1",
      "new, or a constant with another value",
      (void *)&fresh_v1, 0, 0, 0x0, 0, 24, POLUS_NEW, 0 },
    { "zero", "", "", "zero_v1",
      "new, or a constant with another value",
      (void *)&zero_v1, 0, 0, 0x0, 0, 24, POLUS_NEW, 0 },
    { "many", "", "", "many_v1",
      "new, or a constant with another value",
      (void *)&many_v1, 0, 0, 0x0, 0, 48, POLUS_NEW, 0 },
    { "pair", "", "", "pair_v1",
      "new, or a constant with another value",
      (void *)&pair_v1, 0, 0, 0x0, 0, 48, POLUS_NEW, 0 },
    { "fixed", "old.c", "f", "polus__f__fixed_0",
      "a static of a new or changed function",
      (void *)polus__f__fixed_0, 0, 0, 0x0, 0, 24, POLUS_NEW, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "jobs", "jobs", "", "", 0x0, 8, POLUS_VARIABLE, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

_Static_assert(sizeof(struct job) == 24, "struct job must have the size that the process knows");
static const struct polus_field polus_fields_0[] = {
    { "id", 0, 32 },
    { "cost", 64, 32 },
    { "next", 128, 64 },
    { 0, 0, 0 }
};

_Static_assert(sizeof(struct pair) == 48, "struct pair must have the size that the process knows");
static const struct polus_field polus_fields_1[] = {
    { "one", 0, 192 },
    { "two", 192, 192 },
    { 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { "struct job", 24, polus_fields_0, 3 },
    { "struct pair", 48, polus_fields_1, 2 },
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
    2, 5, 0, 1, 2, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
