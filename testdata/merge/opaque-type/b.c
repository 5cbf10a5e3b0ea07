#include "api.h"
struct handle { long pad; int b; };
static struct handle one = { 1, 4 };
struct handle *make_b(void) { return &one; }
int use_b(struct handle *h) { return h->b; }
