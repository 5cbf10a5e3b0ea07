#include <stdlib.h>
#include <string.h>
#include <unistd.h>
struct job { int done; struct job *next; char kind; int id; const char *name; };
struct job *jobs;
long f(void) { return write(1, jobs, sizeof *jobs) + jobs->done; }
