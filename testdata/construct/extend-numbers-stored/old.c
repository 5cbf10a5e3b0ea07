enum kind { RED, BLUE, NONE };
struct job { enum kind kind; } *job;
void clear(void) { job->kind = NONE; }
int busy(void) { return job->kind != NONE; }
