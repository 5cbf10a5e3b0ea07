static int state = 1;
static const int limit = 100;
static const char *const names[] = { "a", "b" };
static inline int bump(void) { return ++state; }
static inline int ticks(void) { static int n; return ++n; }
static inline int capped(int x) { return x > limit ? limit : x; }
