#include <stdio.h>
#include <string.h>

struct account;
static int begun;

void polus_extend_account(struct account *object)
{
    const struct account__old *old = (const struct account__old *)object;
    object->euros = old->pence / 100;
    object->cents = (short)(old->pence % 100);
    snprintf(object->from, sizeof object->from, "id %d", old->id);
    object->started = ++begun;
}
