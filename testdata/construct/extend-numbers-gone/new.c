enum kind { RED, BLUE, NAMED, OTHER = 10, NONE = 20 };
struct job { enum kind kind; } *job;
static int warm(void) { return 1; }
static int cold(void) { return 3; }
static int (*const makers[NAMED])(void) = {warm, cold};
int make(void) { return job->kind < NAMED ? makers[job->kind]() : 0; }
