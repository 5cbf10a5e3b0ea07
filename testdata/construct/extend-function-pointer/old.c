typedef struct { int n; } table_t;
struct job { int id; int (*run)(table_t *, unsigned n); } *job;
int f(table_t *t) { return job->run(t, 1); }
