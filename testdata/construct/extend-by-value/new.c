struct job { int done; struct job *next; char kind; int id; const char *name; };
struct job *jobs;
int id(struct job j) { return j.id + j.done; }
int f(void) { return id(*jobs); }
