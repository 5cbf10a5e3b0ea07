void fail(const char *text, const char *file, int line, const char *function);

#define assert(x) ((x) ? (void)0 : \
    fail(#x, __FILE__, __LINE__, __func__))

int check(int n) {
    assert(n > 0); return n; }
