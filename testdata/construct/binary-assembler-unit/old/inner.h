static inline int inner(int n) { return n ^ 21; }
int other(int n);
int third(int);
