#include <stdlib.h>
#include <string.h>
struct job { struct job *next; int id; char kind; };
struct job *jobs;
int by(const void *a, const void *b) { return ((const struct job *)a)->id - ((const struct job *)b)->id; }
void f(int n) { qsort(jobs, n, sizeof *jobs, by); }
