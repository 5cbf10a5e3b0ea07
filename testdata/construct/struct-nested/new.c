struct pair { int first, middle, second; };
struct outer { struct pair pair; struct { int x; }; union { int i; float f; } any; int last; };
static struct outer outer;
int read_last(void) { return outer.last + outer.x + outer.pair.second + outer.any.i; }
