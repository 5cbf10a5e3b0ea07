int count(int n) { struct box { int w, h; }; static struct box b; b.h += n; return b.h; }
