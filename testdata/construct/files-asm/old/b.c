long a(void);
long b(void) { return a(); }
