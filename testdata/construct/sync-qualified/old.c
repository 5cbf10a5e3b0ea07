typedef int four __attribute__((vector_size(16)));
struct q {
    const int limit;
    const char name[4];
    const struct { int a; } fixed;
    volatile int status;
    volatile int ring[3];
    _Atomic int users;
    four lanes;
    long double exact;
    _Complex double wave;
    float rate;
} g = {1, "a", {1}};
int get(void) { return g.limit + g.name[0] + g.status + g.users + g.lanes[0] + g.exact + g.rate; }
