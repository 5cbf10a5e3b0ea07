#include <stdio.h>
#include "state.h"
int other(void);
int main(void) { bump(); bump(); int t = ticks(); t = ticks(); printf("%d %d %d %d %s\n", state, other(), t, capped(500), names[1]); return 0; }
