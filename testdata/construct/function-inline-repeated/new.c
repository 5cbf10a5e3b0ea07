static inline int clamp(int n) { return n > 9 ? 9 : n; }
int low(int n) { return clamp(n) - 1; }
