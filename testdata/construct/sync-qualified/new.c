typedef int four __attribute__((vector_size(16)));
struct q {
    int added;
    const long limit;
    const char name[8];
    const struct { int a; int b; } fixed;
    volatile long status;
    volatile int ring[4];
    _Atomic long users;
    four lanes;
    long double exact;
    _Complex double wave;
    double rate;
} g = {0, 1, "a", {1, 2}};
int get(void) { return g.limit + g.name[0] + g.status + g.users + g.lanes[0] + g.exact + g.rate; }
