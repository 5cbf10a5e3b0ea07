#include <stdlib.h>
#include <string.h>
struct job { int done; struct job *next; char kind; int id; const char *name; };
struct job *jobs;
struct job *make(void) { struct job *j = malloc(sizeof *j); j->id = 1; j->done = -1; j->name = jobs->name; return j; }
