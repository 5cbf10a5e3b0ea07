// The old version: what it makes it marks as unseen by the new one.
#define VERSION 0

typedef int amount;

struct ledger {
    amount debit;
    short kind;
    amount credit;
};

struct object {
    struct object *next;
    char kind;
    char seen; // the new version has set its fields
    int again;
    long value;
};

#include "torture.h"

static void check(struct object *object)
{
    EXPECT("again", object->again, (int)object->value);
    object->kind++;
}

static void moved(struct object *object)
{
    (void)object;
}

static void fill(struct object *object, long value)
{
    object->seen = 0;
    object->value = value;
    object->again = (int)value;
}

static struct object *make(long value)
{
    struct object *object = malloc(sizeof *object);
    fill(object, value);
    return object;
}

// All but what links it and says of it whether it was seen.
static void copy(struct object *to, struct object *from)
{
    struct object was = *to;
    *to = *from;
    to->next = was.next;
    to->seen = was.seen;
}
