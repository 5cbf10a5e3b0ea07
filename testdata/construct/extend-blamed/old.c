struct job { int id; } job;
struct list { int n; } *list;
struct other { int a; } *other;
int f(void) { return job.id + list->n + other->a; }
