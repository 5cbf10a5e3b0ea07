struct job { char name[4]; int id; } *job;
int f(void) { return job->id; }
