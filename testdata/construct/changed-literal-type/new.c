unsigned long mask(int n) { return 1UL << n; }
