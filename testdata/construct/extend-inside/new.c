#include <stdlib.h>
#include <string.h>
struct part { int n; char kind; int *values; };
struct whole { int id; struct part first; struct part more[2]; struct whole *next; } *all;
int g(struct whole *w) { return *w->first.values + *w->more[1].values; }
int f(void)
{
    struct whole *w = malloc(sizeof *w), own, list[3] = {{.id = 3}};
    w->first.values = &w->first.n;
    w->next = all;
    all = w;
    memset(&own, 0, sizeof own);
    own.more[1].values = &own.id;
    list[1].first.values = 0;
    return g(w) + g(&own) + g(list) + g(&(struct whole){.id = 4});
}
