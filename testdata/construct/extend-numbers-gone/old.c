enum kind { RED, GREEN, BLUE, NAMED, OTHER = 10, NONE = 20 };
struct job { enum kind kind; } *job;
static int warm(void) { return 1; }
static int green(void) { return 2; }
static int cold(void) { return 3; }
static int (*const makers[NAMED])(void) = {warm, green, cold};
int make(void) { return job->kind < NAMED ? makers[job->kind]() : 0; }
