struct job { int id; int gone; int cost; struct job *next; };
struct pair { struct job one, two; };
struct job *jobs;
int f(struct job *j) { return j->id + j->gone; }
int sum(void) { return f(jobs); }
