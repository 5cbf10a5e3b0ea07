int area(int n) { struct box { long w, h, d; } b = {n, n, 1}; return b.w * b.h * b.d; }
