extern inline __attribute__((gnu_inline, always_inline)) int fast(int x) { return x + 1; }
inline int c99(int x) { return x * 3; }
