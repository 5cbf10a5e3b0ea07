struct job { int done; struct job *next; char kind; int id; const char *name; };
struct job first = {7, 0, 2, 1}, many[2] = {{8, 0, 2, 1}, {.id = 3, .name = "x"}};
struct job *jobs = &first;
int sum(void) { return first.id + many[1].id + first.done + many[1].done + jobs->done; }
