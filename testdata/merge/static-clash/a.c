#include <stdio.h>
static int counter = 1;
static int next(void) { return counter++; }
int from_b(void);
int main(void) { next(); printf("%d %d %d\n", next(), from_b(), from_b()); return 0; }
