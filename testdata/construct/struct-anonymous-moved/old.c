struct shape { int kind; int tag; struct { int width; }; };
static struct shape shape;
int width(void) { return shape.width; }
int untouched(void) { return 3; }
