enum kind { GREEN, RED, BLUE };
struct job { enum kind kind; } *job;
int late(void) { return job->kind > GREEN; }
int early(int kind) { return 2 > (enum kind)kind && RED <= (job->kind); }
