#include <stdio.h>
struct point {
    int x, y;
};
struct point origin;
enum state { IDLE, BUSY };
enum state state;
static int scale(int n) { return n * 10; }
int distance(int x, int y) { return scale(x) + scale(y); }
void tell(void) { printf("%d!\n", distance(1, 2) + state); }
