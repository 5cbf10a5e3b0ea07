#include <stdlib.h>
struct part { int n; char kind; };
struct whole { int id; struct part first; struct part more[2]; struct whole *next; } *all;
int f(void) { struct whole *w = malloc(sizeof *w); w->first.n = 1; w->next = all; all = w; return w->first.n + w->more[1].n; }
