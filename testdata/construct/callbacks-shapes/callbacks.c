#define ROUNDS 3
_Static_assert(sizeof(struct pair__old) == 8, "the old pair is small");

enum { FIRST = 1, SECOND };
enum color { RED, GREEN } color = GREEN, *colors;

struct view {
    struct pair__old *old;
    struct pair *new;
    struct { int depth; } inner;
    hook_t call;
};
typedef struct { struct pair__old pair; } kept_t;

static struct view views[] = {{0, 0, {FIRST}, twice}, {.inner.depth = SECOND}};
extern int later;
int later = 5, *to_later = &later;
static kept_t kept;
static __thread int own;
static const char *const names[] = {[RED] = "red", [GREEN] = "green"};
static struct { int n; } nameless = {ROUNDS};

static int forward(struct view *of, int n);
int plain(void);

inline static int small(int n) { return n + own; }

int old_style(n, text)
    int n;
    const char *text;
{
    return n + (text != 0);
}

static void tidy(int *n) { *n = 0; }

__attribute__((constructor, noinline)) void polus_pre_update(void)
{
    int loop __attribute__((cleanup(tidy))) = plain();
    static int called;
    hook_t local = twice;
    kept.pair = pair__old;
    views[0].old = &pair__old;
    views[0].new = &pair;
    for (int pair = 0; pair < ROUNDS; pair++)
        loop += forward(&views[pair & 1], pair);
    called += ({ int twice = loop; twice; });
    if (local != views[0].call || called > later + *to_later + (colors == &color) + nameless.n)
        polus_veto(names[color]);
}

static int forward(struct view *of, int n)
{
    return of->inner.depth + small(n) + old_style(n, __func__) + (of->call ? of->call(n) : 0);
}

int plain(void)
{
    extern int later;
    return later;
}
