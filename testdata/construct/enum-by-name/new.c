enum phase { STARTING, IDLE, READY, DONE = 7 };
static enum phase phase = READY;
struct job { enum phase phase; enum phase past[3]; int id; };
static struct job jobs[4];
static const char *const names[] = {[IDLE] = "idle", [READY] = "ready", [DONE] = "done"};
int printf(const char *, ...);
void start(int i) { jobs[i].past[0] = jobs[i].phase; jobs[i].phase = READY; }
void finish(int i) { if (jobs[i].phase == READY || phase > IDLE) jobs[i].phase = i ? DONE : IDLE; phase++; }
int rank(int i)
{
    int found = 0;
    for (int at = 0; at < DONE; at++)
        found += names[at] != 0;
    switch (jobs[i].phase) {
    case IDLE: return found;
    case READY: return 1;
    default: printf("%s %d", names[jobs[i].phase], phase); return 2;
    }
}
