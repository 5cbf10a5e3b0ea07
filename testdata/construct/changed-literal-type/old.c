unsigned long mask(int n) { return 1 << n; }
