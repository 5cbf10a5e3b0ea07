union value { int i; float f; };
static union value value;
int as_int(void) { return value.i; }
