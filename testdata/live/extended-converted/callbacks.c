#include <stdlib.h>

struct job;
long by_factor(struct job *job, long factor);

void polus_extend_job(struct job *object)
{
    struct job__old *old = (struct job__old *)object;
    object->owner = malloc(sizeof *object->owner);
    *object->owner = old->owner;
    for (int i = 0; i < 4; i++)
        object->keys[i] = i < 2 ? old->keys[i] : -1;
    object->weight = by_factor;
}
