#include <stdbool.h>
bool ready(int n);
bool level_known = true;
bool ready(int n) { return n > 3; }
int entry(int n) { return ready(n) && level_known; }
