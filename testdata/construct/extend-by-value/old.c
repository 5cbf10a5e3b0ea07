struct job { struct job *next; int id; char kind; };
struct job *jobs;
int id(struct job j) { return j.id; }
int f(void) { return id(*jobs); }
