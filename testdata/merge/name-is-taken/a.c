#include <stdio.h>
static int id = 1; int id__a = 5; int two(void);
int main(void) { int id__b = 9; printf("%d %d %d %d\n", id, id__a, id__b, two()); return 0; }
