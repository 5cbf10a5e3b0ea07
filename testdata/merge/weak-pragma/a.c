#include <stdio.h>
#pragma weak missing
int missing(void);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
int other(void);
#pragma GCC diagnostic pop
int main(void) { printf("%d %d\n", missing ? 1 : 0, other()); return 0; }
