#include <stdlib.h>
#include <string.h>
void polus_extend_job(struct job *object)
{
    struct job__old *old = (struct job__old *)object;
    object->owner = malloc(sizeof *object->owner);
    memcpy(object->owner->first, old->owner.first, 8);
    memcpy(object->keys, old->keys, 4);
    object->run = 0;
}
