#include <stddef.h>
struct job { struct job *next; int id; char kind; };
struct job *jobs;
size_t f(void) { return offsetof(struct job, id); }
