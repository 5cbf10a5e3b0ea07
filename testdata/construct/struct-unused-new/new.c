struct point { int x, y; };
static int length(struct point p) { return p.x * p.x + p.y * p.y; }
int run(int n) { struct point p = {n, n}; return length(p); }
