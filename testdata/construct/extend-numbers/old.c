enum kind { RED, BLUE, KINDS };
struct job { enum kind kind; } *job;
static const char *const names[KINDS] = {"red", "blue"};
const char *name(void) { return job->kind < KINDS ? names[job->kind] : 0; }
