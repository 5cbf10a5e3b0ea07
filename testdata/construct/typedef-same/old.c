typedef unsigned int u32;
u32 twice(u32 n) { return n * 2; }
