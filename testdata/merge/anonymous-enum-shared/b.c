#include "colour.h"
int mix(colour *c) { return c->r * 10 + c->g + RED; }
