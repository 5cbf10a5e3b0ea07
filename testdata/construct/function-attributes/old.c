int put(const char *format, ...) __attribute__((format(printf, 1, 2)));
__attribute__((visibility("hidden"))) int level = 3;
__attribute__((hot, visibility("hidden"))) int measure(int n) { return n + level; }
__attribute__((constructor)) static void start(void) { level = 4; }
int show(int n) { return put("%d", measure(n)); }
