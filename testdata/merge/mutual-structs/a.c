#include <stdio.h>
struct b; struct a { struct b *b; int x; }; struct b { struct a *a; int y; };
int other(void);
int main(void) { struct a a; struct b b = { &a, 2 }; a.b = &b; a.x = 1; printf("%d %d\n", a.b->a->x + b.y, other()); return 0; }
