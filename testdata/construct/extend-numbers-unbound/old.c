enum kind { RED, BLUE };
struct job { enum kind kind; } *job;
static const char *const names[] = {"red", "blue"};
const char *name(void) { return names[job->kind]; }
