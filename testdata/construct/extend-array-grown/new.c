struct job { char name[8]; int id; } *job;
int f(void) { return job->id + job->name[0]; }
