#include "state.h"
int other(void) { return bump() * 1000 + ticks() * 100 + capped(7); }
