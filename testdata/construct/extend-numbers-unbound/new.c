enum kind { RED, GREEN, BLUE };
struct job { enum kind kind; } *job;
static const char *const names[] = {"red", "green", "blue"};
const char *name(void) { return names[job->kind]; }
void turn(void) { job->kind = GREEN; }
