#include <stdio.h>
typedef short unit;
extern int wide(void);
int main(void) { unit u = (unit)70000; printf("%d %zu %d\n", u, sizeof(unit), wide()); return 0; }
