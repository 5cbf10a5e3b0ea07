int area(int n) { struct box { int w, h; } b = {n, n}; return b.w * b.h; }
