struct name {
    char first[8], last[8];
};
struct job {
    int id;
    struct name *owner;
    int keys[4];
    long (*weight)(struct job *, long);
    int late;
};
#include "program.h"

FOR_PATCH long by_factor(struct job *job, long factor)
{
    return job->id * factor;
}

FOR_PATCH struct job *take(int id)
{
    struct job *job = malloc(sizeof *job);
    memset(job, 0x55, sizeof *job);
    job->id = id;
    job->owner = calloc(1, sizeof *job->owner);
    strcpy(job->owner->first, "new");
    for (int i = 0; i < 4; i++)
        job->keys[i] = 100 * i;
    job->weight = by_factor;
    return job;
}

FOR_PATCH void show(int id)
{
    struct job *job = jobs[id];
    printf("%d: %s %s", job->id, job->owner->first, job->owner->last);
    for (int i = 0; i < 4; i++)
        printf(" %d", job->keys[i]);
    printf(", %ld\n", job->weight(job, 1000));
}

FOR_PATCH int slow(int id)
{
    jobs[id]->keys[3]++;
    return jobs[id]->keys[3];
}

FOR_PATCH void copies(int to, int from)
{
    *jobs[to] = *jobs[from];
}
