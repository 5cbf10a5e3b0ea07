void *malloc(unsigned long);
void look(void *);
struct job { int kind; } *jobs;
void add(void) { jobs = malloc(sizeof *jobs); }
void run(void) { struct { struct job job; int tries; } now; now.job.kind = 1; look(&now); }
