enum kind { RED, BLUE };
struct job { enum kind kind; int sum; } *job;
void add(void) { for (enum kind kind = RED; kind <= BLUE; kind++) job->sum += job->kind == kind; }
