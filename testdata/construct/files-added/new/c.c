int extra(int n) { return n * 3; }
