void *malloc(unsigned long);
void look(void *);
struct job { int kind; int priority; } *jobs;
void add(void) { jobs = malloc(sizeof *jobs); jobs->priority = 0; }
void run(void) { struct { struct job job; int tries; } now; now.job.kind = 1; look(&now); }
