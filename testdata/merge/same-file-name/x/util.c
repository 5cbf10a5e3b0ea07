#include <stdio.h>
static int id = 1; int two(void);
int main(void) { printf("%d %d\n", id, two()); return 0; }
