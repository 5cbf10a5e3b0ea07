typedef struct { int a; int b; } pair_t;
pair_t pair = {1, 2};
int sum(void) { return pair.a + pair.b; }
