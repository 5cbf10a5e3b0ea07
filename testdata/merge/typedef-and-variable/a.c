#include <stdio.h>
typedef int level;
int other(void);
int main(void) { level x = 3; printf("%d %d\n", (level) -x, other()); return 0; }
