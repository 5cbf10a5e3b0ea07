#include <stddef.h>
struct job { int done; struct job *next; char kind; int id; const char *name; };
struct job *jobs;
size_t f(void) { return offsetof(struct job, done); }
