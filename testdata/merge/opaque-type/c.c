#include <stdio.h>
#include "api.h"
int main(void) { printf("%d %d\n", use_a(make_a()), use_b(make_b())); return 0; }
