#include <stdlib.h>
#include <string.h>
struct job { int done; struct job *next; char kind; int id; const char *name; };
struct job *jobs;
int by(const void *a, const void *b) { return ((const struct job *)a)->done - ((const struct job *)b)->done; }
void f(int n) { qsort(jobs, n, sizeof *jobs, by); }
