typedef struct { int a; int c; int b; } pair_t;
pair_t pair = {1, 0, 2};
int sum(void) { return pair.a + pair.b + pair.c; }
