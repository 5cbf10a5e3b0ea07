#include <stdio.h>
enum { RED, GREEN };
enum mode { ON = 1, OFF };
int other(void);
int main(void) { enum mode m = OFF; printf("%d %d %d\n", GREEN, m, other()); return 0; }
