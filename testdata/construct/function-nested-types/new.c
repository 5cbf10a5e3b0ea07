int area(int n) { struct box { int w, h; } b = {n, n}; enum { SIDES = 5 }; typedef int len; len l = b.w; return l * b.h + SIDES; }
