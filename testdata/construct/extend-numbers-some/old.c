enum kind { RED, GREEN, BLUE, NAMED, OTHER = 10, NONE = 20 };
struct job { enum kind kind; } *job;
static const char *const names[NAMED] = {"red", "green", "blue"};
const char *name(void) { return job->kind < NAMED ? names[job->kind] : 0; }
