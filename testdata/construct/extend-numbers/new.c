enum kind { RED, GREEN, BLUE, KINDS };
struct job { enum kind kind; } *job;
static const char *const names[KINDS] = {"red", "green", "blue"};
const char *name(void) { return job->kind < KINDS ? names[job->kind] : 0; }
void turn(void) { job->kind = GREEN; }
