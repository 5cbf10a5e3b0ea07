static struct { int kind; union { int i; float f; }; } value;
int as_int(void) { return value.i; }
