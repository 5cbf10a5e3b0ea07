struct shape { struct { int width; }; int kind; int tag; };
static struct shape shape;
int width(void) { return shape.width; }
int untouched(void) { return 3; }
