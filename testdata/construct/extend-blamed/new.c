struct job { int id; int more; } job, *current = &job;
struct list { int n; int m; } *list;
struct other { int a; int b; } *other;
int *kept = &job.more;
int g(void) { static int *also = &(&job)->more; return *also; }
int f(void) { return job.id + current->more + list->n + list->m + other->a + other->b + *kept; }
