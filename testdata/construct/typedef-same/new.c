typedef unsigned int u32_base;
typedef u32_base u32;
u32 twice(u32 n) { return n * 2; }
