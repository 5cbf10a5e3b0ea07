#include <stdlib.h>
#include <string.h>
struct job { struct job *next; int id; char kind; };
struct job *jobs;
void copy(struct job *a, struct job *b) { *a = *b; }
void clear(struct job *a) { memset(a, 0, sizeof *a); }
int local(void) { struct job j = {0, 1, 2}; return j.id; }
void set(struct job *a) { *a = (struct job){.id = 3}; }
