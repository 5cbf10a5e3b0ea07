struct job { int done; struct job *next; char kind; int id; const char *name; };
struct job *jobs;
int f(void) { return jobs->id + jobs->done; }
