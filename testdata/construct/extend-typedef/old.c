typedef struct { int a, b; } plain;
typedef struct was_tagged { int a, b; } tagged;
typedef struct other_tag { int a, b; struct other_tag *next; } other;
typedef struct { int kind, size, rank; } gone;
struct holder { gone way; plain one; tagged many[3]; other last; };
struct holder *holder;
void *any, *some, *all;
int f(void) { struct other_tag *o = all; return ((plain *)any)->b + ((struct was_tagged *)some)->b + o->b + holder->one.b + holder->last.b + holder->way.rank; }
