// The new version: objects have more fields, which begin with zero in those that the old one made.
#define VERSION 1

typedef long amount;

struct ledger {
    short kind;
    amount credit;
    long entries;
    amount debit;
};

struct object {
    struct {
        unsigned long marks;
        long sum;
    } count;
    struct object *next;
    struct object *self;
    char seen;
    int again;
    long value;
    unsigned parity : 1;
    char text[20];
};

#include "torture.h"

static void check(struct object *object)
{
    EXPECT("again", object->again, (int)object->value);
    if (!object->seen) {
        EXPECT("marks of a fresh object", (long)object->count.marks, 0);
        EXPECT("self of a fresh object", (long)object->self, 0);
        EXPECT("text of a fresh object", object->text[0], 0);
        object->seen = 1;
        object->self = object;
        strcpy(object->text, "seen");
    }
    EXPECT("self", (long)object->self, (long)object);
    EXPECT("sum", object->count.sum, 3 * (long)object->count.marks);
    EXPECT("parity", object->parity, object->count.marks % 2);
    EXPECT("text", strcmp(object->text, "seen"), 0);
    object->count.marks++;
    object->count.sum += 3;
    object->parity ^= 1;
}

static void moved(struct object *object)
{
    if (object->seen)
        object->self = object;
}

// For memory of which nobody knows what lay there.
static void fill(struct object *object, long value)
{
    *object = (struct object){.value = value, .again = (int)value};
}

static struct object *make(long value)
{
    struct object *object, local = {.value = value, .again = (int)value, .text = "seen"};
    switch (chance(3)) {
    case 0:
        object = calloc(1, sizeof *object);
        object->value = value;
        object->again = (int)value;
        return object;
    case 1:
        object = malloc(sizeof *object);
        fill(object, value);
        return object;
    default:
        object = malloc(sizeof *object);
        local.self = object;
        local.seen = 1;
        *object = local;
        return object;
    }
}

static void copy(struct object *to, struct object *from)
{
    struct object was = *to;
    if (chance(2))
        *to = *from;
    else
        memcpy(to, from, sizeof *to);
    EXPECT("marks of a copy", (long)to->count.marks, (long)from->count.marks);
    to->next = was.next;
    to->self = to;
}
