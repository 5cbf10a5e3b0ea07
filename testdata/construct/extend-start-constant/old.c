#include <stdlib.h>
#include <string.h>
struct job { struct job *next; int id; char kind; };
struct job *jobs;
struct job *make(void) { struct job *j = malloc(sizeof *j); j->id = 1; return j; }
