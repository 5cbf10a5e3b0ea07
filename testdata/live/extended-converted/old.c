// Fields of objects on the heap get types to which nothing converts by itself: a function converts
// them once, after all old code has left them.
struct name {
    char first[8], last[8];
};
struct job {
    int id;
    struct name owner;
    int keys[2];
    int (*weight)(struct job *);
    int late;
};
#include "program.h"

static int by_id(struct job *job)
{
    return job->id * 10;
}

FOR_PATCH struct job *take(int id)
{
    struct job *job = malloc(sizeof *job);
    memset(job, 0x55, sizeof *job);
    job->id = id;
    snprintf(job->owner.first, 8, "f%d", id);
    snprintf(job->owner.last, 8, "l%d", id);
    job->keys[0] = id;
    job->keys[1] = id + 1;
    job->weight = by_id;
    return job;
}

FOR_PATCH void show(int id)
{
    struct job *job = jobs[id];
    printf("%d: %s %s %d %d, %d\n", job->id, job->owner.first, job->owner.last, job->keys[0], job->keys[1],
           job->weight(job));
}

/* Writes the old field after a while. */
FOR_PATCH int slow(int id)
{
    sem_post(&done);
    sem_wait(&begin);
    jobs[id]->keys[1] = 77;
    return jobs[id]->keys[1];
}

FOR_PATCH void copies(int to, int from)
{
    *jobs[to] = *jobs[from];
}
