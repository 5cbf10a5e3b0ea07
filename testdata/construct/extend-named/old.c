struct job { struct job *next; int id; char kind; };
struct job first = {0, 1, 2}, many[2] = {{0, 1, 2}, {0, 3, 4}};
struct job *jobs = &first;
int sum(void) { return first.id + many[1].id; }
