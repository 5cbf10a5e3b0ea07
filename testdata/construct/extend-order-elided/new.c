struct job { struct job *next; int id; int cost; };
struct pair { struct job one, two; };
struct job *jobs, many[] = {0, 1, 2, 0, 3, 4};
int f(struct job *j) { *j = many[1]; return j->id + j->cost; }
int sum(void) { return f(jobs); }
