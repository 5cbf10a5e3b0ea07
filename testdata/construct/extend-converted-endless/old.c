struct name { char first[8]; char last[8]; };
struct job { int id; struct name owner; char keys[4]; int (*run)(struct job *); } *job;
int f(void) { return job->id + job->owner.first[0] + job->keys[1]; }
void loop(void) { for (;;) job->keys[0] = (char)f(); }
