typedef struct has_tag { int a, fresh, b; } plain;
typedef struct { int a, fresh, b; } tagged;
typedef struct this_tag { int a, fresh, b; struct this_tag *next; } other;
typedef struct { int fresh, kind, rank; } came;
struct holder { came way; plain one; tagged many[3]; other last; };
struct holder *holder;
void *any, *some, *all;
int f(void) { struct this_tag *o = all; return ((plain *)any)->fresh + ((tagged *)some)->fresh + o->fresh + holder->one.fresh + holder->last.next->fresh + holder->way.fresh + holder->way.rank; }
