#include <stdio.h>
static int helper() { return 1; }
int main(void) { printf("%d %d\n", helper(), other()); return 0; }
