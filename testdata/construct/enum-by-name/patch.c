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
enum phase { STARTING, IDLE, READY, DONE = 7 };

/* new.c:3: a type that the patch uses */
struct job { enum phase phase; enum phase past[3]; int id; };

/* new.c:6: declared by a library */
extern int printf(const char *, ...);

/* ---- Types of old instances ---- */

/* old.c:1: a type of old instances */
enum phase__old { IDLE__old, READY__old, DONE__old };

/* old.c:3: a type of old instances */
struct job__old { enum phase__old phase; enum phase__old past[3]; int id; };

/* old.c:2: the type of the old instance */
typedef enum phase__old polus__old_phase;

/* old.c:4: the type of the old instance */
typedef struct job__old polus__old_jobs[4];

/* ---- What the patch defines ---- */

static __attribute__((noipa)) void start_v2(int i);
static __attribute__((noipa)) void finish_v2(int i);
static __attribute__((noipa)) int rank_v2(int i);
static enum phase phase_v2;
static struct job jobs_v2[4];
static const char *const names_v2[8];

/* ---- Globals ---- */

/* new.c:2: the new instance; its type changed */
static enum phase phase_v2 = READY;

/* new.c:4: the new instance; its type changed */
static struct job jobs_v2[4];

/* new.c:5: the patch's own instance */
static const char *const names_v2[8] = {[IDLE] = "idle", [READY] = "ready", [DONE] = "done"};

/* ---- Functions ---- */

/* new.c:7: it depends on the layout of struct job; it uses the changed global jobs; it uses READY, whose value changed */
static void start_v2(int i) { jobs_v2[i].past[0] = jobs_v2[i].phase; jobs_v2[i].phase = READY; }

/* new.c:8: it depends on the layout of struct job; it uses the changed global phase; it uses the changed global jobs; it uses DONE, whose value changed; it uses IDLE, whose value changed; it uses READY, whose value changed */
static void finish_v2(int i) { if (jobs_v2[i].phase == READY || phase_v2 > IDLE) jobs_v2[i].phase = i ? DONE : IDLE; phase_v2++; }

/* new.c:9: it depends on the layout of struct job; it uses the changed global phase; it uses the changed global jobs; it uses the changed global names; it uses DONE, whose value changed; it uses IDLE, whose value changed; it uses READY, whose value changed */
static int rank_v2(int i)
{
    int found = 0;
    for (int at = 0; at < DONE; at++)
        found += names_v2[at] != 0;
    switch (jobs_v2[i].phase) {
    case IDLE: return found;
    case READY: return 1;
    default: printf("%s %d", names_v2[jobs_v2[i].phase], phase_v2); return 2;
    }
}

/* ---- State synchronization ---- */

/* new.c:2: state synchronization */
static void polus_sync_phase_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_phase *from = source, *was = before;
    __typeof__(phase_v2) *to = target;
    if (!was || (*was) != (*from))
        switch ((*from)) {
        case 0: (*to) = 1; break; /* IDLE */
        case 1: (*to) = 2; break; /* READY */
        case 2: (*to) = 7; break; /* DONE */
        default: (*to) = (*from);
        }
}

static void polus_sync_phase_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(phase_v2) *from = source, *was = before;
    polus__old_phase *to = target;
    if (!was || (*was) != (*from))
        switch ((*from)) {
        case 0: break; /* STARTING */
        case 1: (*to) = 0; break; /* IDLE */
        case 2: (*to) = 1; break; /* READY */
        case 7: (*to) = 2; break; /* DONE */
        default: (*to) = (*from);
        }
}

/* new.c:4: state synchronization */
static void polus_sync_jobs_v2_to_new(const void *source, void *target, const void *before)
{
    const polus__old_jobs *from = source, *was = before;
    __typeof__(jobs_v2) *to = target;
    for (unsigned long i0 = 0; i0 < 4; i0++) {
        if (!was || (*was)[i0].phase != (*from)[i0].phase)
            switch ((*from)[i0].phase) {
            case 0: (*to)[i0].phase = 1; break; /* IDLE */
            case 1: (*to)[i0].phase = 2; break; /* READY */
            case 2: (*to)[i0].phase = 7; break; /* DONE */
            default: (*to)[i0].phase = (*from)[i0].phase;
            }
        for (unsigned long i1 = 0; i1 < 3; i1++) {
            if (!was || (*was)[i0].past[i1] != (*from)[i0].past[i1])
                switch ((*from)[i0].past[i1]) {
                case 0: (*to)[i0].past[i1] = 1; break; /* IDLE */
                case 1: (*to)[i0].past[i1] = 2; break; /* READY */
                case 2: (*to)[i0].past[i1] = 7; break; /* DONE */
                default: (*to)[i0].past[i1] = (*from)[i0].past[i1];
                }
        }
        if (!was || (*was)[i0].id != (*from)[i0].id)
            (*to)[i0].id = (*from)[i0].id;
    }
}

static void polus_sync_jobs_v2_to_old(const void *source, void *target, const void *before)
{
    const __typeof__(jobs_v2) *from = source, *was = before;
    polus__old_jobs *to = target;
    for (unsigned long i0 = 0; i0 < 4; i0++) {
        if (!was || (*was)[i0].phase != (*from)[i0].phase)
            switch ((*from)[i0].phase) {
            case 0: break; /* STARTING */
            case 1: (*to)[i0].phase = 0; break; /* IDLE */
            case 2: (*to)[i0].phase = 1; break; /* READY */
            case 7: (*to)[i0].phase = 2; break; /* DONE */
            default: (*to)[i0].phase = (*from)[i0].phase;
            }
        for (unsigned long i1 = 0; i1 < 3; i1++) {
            if (!was || (*was)[i0].past[i1] != (*from)[i0].past[i1])
                switch ((*from)[i0].past[i1]) {
                case 0: break; /* STARTING */
                case 1: (*to)[i0].past[i1] = 0; break; /* IDLE */
                case 2: (*to)[i0].past[i1] = 1; break; /* READY */
                case 7: (*to)[i0].past[i1] = 2; break; /* DONE */
                default: (*to)[i0].past[i1] = (*from)[i0].past[i1];
                }
        }
        if (!was || (*was)[i0].id != (*from)[i0].id)
            (*to)[i0].id = (*from)[i0].id;
    }
}

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "start", "", "start_v2",
      "it depends on the layout of struct job; it uses the changed global jobs; it uses READY, whose value changed",
      (void *)start_v2, 0x0, POLUS_REPLACED, 0 },
    { "finish", "", "finish_v2",
      "it depends on the layout of struct job; it uses the changed global phase; it uses the changed global jobs; it uses DONE, whose value changed; it uses IDLE, whose value changed; it uses READY, whose value changed",
      (void *)finish_v2, 0x0, POLUS_REPLACED, 0 },
    { "rank", "", "rank_v2",
      "it depends on the layout of struct job; it uses the changed global phase; it uses the changed global jobs; it uses the changed global names; it uses DONE, whose value changed; it uses IDLE, whose value changed; it uses READY, whose value changed",
      (void *)rank_v2, 0x0, POLUS_REPLACED, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { "phase", "old.c", "", "phase_v2",
      "its type changed",
      (void *)&phase_v2, polus_sync_phase_v2_to_new, polus_sync_phase_v2_to_old, 0x0, 4, 4, POLUS_MIGRATED, 0 },
    { "jobs", "old.c", "", "jobs_v2",
      "its type changed",
      (void *)&jobs_v2, polus_sync_jobs_v2_to_new, polus_sync_jobs_v2_to_old, 0x0, 80, 80, POLUS_MIGRATED, 0 },
    { "names", "old.c", "", "names_v2",
      "new, or a constant with another value",
      (void *)&names_v2, 0, 0, 0x0, 0, 64, POLUS_NEW, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 1, 0 }, /* start uses jobs */
    { 1, 0, 0 }, /* finish uses phase */
    { 1, 1, 0 }, /* finish uses jobs */
    { 2, 0, 0 }, /* rank uses phase */
    { 2, 1, 0 }, /* rank uses jobs */
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
    "old",
    "",
    "",
    polus_functions, polus_variables, polus_uses, polus_imports, polus_layouts,
    3, 3, 5, 0, 0, 0,
    polus_callbacks, 0,
    0, 0, 0, 0,
};
