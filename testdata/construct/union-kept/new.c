union value { int i; float f; long long l; };
static union value value;
int as_int(void) { return value.i; }
