enum kind { RED, BLUE };
struct job { enum kind kind; } *job;
int late(void) { return job->kind > RED; }
int early(int kind) { return kind > 0; }
