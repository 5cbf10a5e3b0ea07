// Types of objects on the heap lose fields, or have them in another order; values in braces without
// designators go to the fields that the new version means.
struct point {
    int x;
    int y;
    const char *name;
};
struct job {
    int id;
    int gone;
    int cost;
    struct point at;
};
#include "program.h"

__attribute__((noipa, noinline)) struct job *make(int id)
{
    struct job *job = malloc(sizeof *job);
    *job = (struct job){id, 1, 10, {1, 2, "made by old"}};
    return job;
}

__attribute__((noipa, noinline)) void show(void)
{
    printf("%d %d %d: %d %d %s\n", last->id, last->gone, last->cost, last->at.x, last->at.y, last->at.name);
}
