#include "api.h"
struct handle { int a; };
static struct handle one = { 3 };
struct handle *make_a(void) { return &one; }
int use_a(struct handle *h) { return h->a; }
