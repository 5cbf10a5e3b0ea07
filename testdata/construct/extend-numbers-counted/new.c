enum kind { GREEN, RED, BLUE };
struct job { enum kind kind; int sum; } *job;
void add(void) { for (enum kind kind = GREEN; kind <= BLUE; kind++) job->sum += job->kind == kind; }
