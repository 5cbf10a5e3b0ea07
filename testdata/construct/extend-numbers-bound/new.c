enum kind { RED, BLUE, GREEN, NAMED, OTHER = 10, NONE = 20 };
struct job { enum kind kind; } *job;
static const char *const names[NAMED] = {"red", "blue", "green"};
const char *name(void) { return job->kind < NAMED ? names[job->kind] : 0; }
