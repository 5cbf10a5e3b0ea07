static struct { int kind; int i; float f; } value;
int as_int(void) { return value.i; }
