struct job { struct job *next; int id; char kind; };
struct job *jobs;
int f(void) { return jobs->id; }
