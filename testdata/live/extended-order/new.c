struct point {
    const char *name;
    int y;
    int x;
};
struct job {
    int id;
    int cost;
    struct point at;
};
#include "program.h"

static struct job fresh = {7, 70, {"fresh", 72, 71}}, none = {0};
static struct job table[] = {{8, 80, {"first", 82, 81}}, {9, 90, .at = {"second", .y = 92, 91}}};
static struct point *points = (struct point[]){{"one", 2, 1}, {"two", 4, 3}};

__attribute__((noipa, noinline)) struct job *make(int id)
{
    struct job *job = malloc(sizeof *job);
    struct job local = {id, 20, {"made by new", 4, 3}};
    static struct job fixed = {3, 30, {"fixed", 32, 31}};
    struct point here = {"here", 6, 5}, zero = {0};
    switch (id) {
    case 1: *job = local; break;
    case 2: *job = (struct job){id, 25, .at = here}; break;
    case 3: *job = fixed; break;
    case 4: *job = fresh; break;
    case 5: *job = table[0]; break;
    case 6: *job = table[1]; break;
    case 7: *job = none; job->at = points[1]; break;
    case 8: *job = (struct job){id, 0, .at = (struct point[]){{"left", 8, 7}, {"right", 10, 9}}[1]}; break;
    default: *job = none; job->at = zero; job->at.name = "none";
    }
    return job;
}

__attribute__((noipa, noinline)) void show(void)
{
    printf("%d %d: %d %d %s\n", last->id, last->cost, last->at.x, last->at.y, last->at.name);
}
