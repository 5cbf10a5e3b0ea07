int count(int n) { struct box { int h, w; }; static struct box b; b.h += n; return b.h; }
