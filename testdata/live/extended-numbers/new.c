enum state { READY, WAITING, RUNNING, STOPPED, FAILED, STATES };
struct job {
    struct job *next;
    enum state state;
    int id;
};
#include "program.h"

static const char *const names[STATES] = {"ready", "waiting", "running", "stopped", "failed"};

__attribute__((noipa, noinline)) const char *name(enum state state)
{
    return state < STATES ? names[state] : "unknown";
}

__attribute__((noipa, noinline)) void step(struct job *job)
{
    switch (job->state) {
    case READY: job->state = WAITING; break;
    case WAITING: job->state = RUNNING; break;
    case RUNNING: job->state = STOPPED; break;
    case STOPPED: job->state = FAILED; break;
    default: job->state = READY;
    }
}

__attribute__((noipa, noinline)) struct job *add(enum state state)
{
    static int ids;
    struct job *job = malloc(sizeof *job);
    job->id = ++ids;
    job->state = state;
    job->next = jobs;
    jobs = job;
    return job;
}
