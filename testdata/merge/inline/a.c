#include <stdio.h>
#include "in.h"
extern inline int c99(int x);
int other(int);
int main(void) { printf("%d %d %d\n", fast(1), c99(2), other(5)); return 0; }
