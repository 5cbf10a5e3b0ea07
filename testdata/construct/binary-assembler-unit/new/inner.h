static inline int inner(int n) { return n ^ 22; }
int other(int n);
int third(int);
