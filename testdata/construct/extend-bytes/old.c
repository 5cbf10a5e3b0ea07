#include <stdlib.h>
#include <string.h>
#include <unistd.h>
struct job { struct job *next; int id; char kind; };
struct job *jobs;
long f(void) { return write(1, jobs, sizeof *jobs); }
