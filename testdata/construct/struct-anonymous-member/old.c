struct shape { int kind; struct { int width, height; }; union { int color; float shade; }; };
static struct shape shape;
int area(void) { return shape.width * shape.height; }
int color(void) { return shape.color; }
