struct job { int done; struct job *next; char kind; int id; const char *name; };
struct job *jobs;
struct job spare, added = {.done = 7, .id = 3};
int f(void) { return jobs->id + jobs->done + added.done + spare.done; }
