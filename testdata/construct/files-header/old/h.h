#ifndef H
#define H
extern int level;
struct item { int id; };
int lookup(int id);
static inline int twice(int n) { return 2 * n; }
#endif
