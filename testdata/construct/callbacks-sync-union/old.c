union value { int i; double d; };
static union value value;
int as_int(void) { return value.i; }
