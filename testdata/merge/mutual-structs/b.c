struct b; struct a { struct b *b; int x; }; struct b { struct a *a; long y, z; };
int other(void) { struct a a; struct b b = { &a, 2, 3 }; a.b = &b; a.x = 4; return a.b->a->x + b.z + sizeof b; }
