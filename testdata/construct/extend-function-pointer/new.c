typedef struct table { int n; } table_t;
struct job { int id; int (*run)(table_t *, int n); int more; } *job;
int f(table_t *t) { return job->run(t, 1) + job->more; }
