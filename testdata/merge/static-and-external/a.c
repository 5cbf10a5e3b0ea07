#include <stdio.h>
int log_level = 3;
int report(void) { return log_level; }
int quiet(void);
int main(void) { printf("%d %d\n", report(), quiet()); return 0; }
