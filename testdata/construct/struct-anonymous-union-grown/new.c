struct value { unsigned kind:4; unsigned :12; unsigned flag:1; long when; union { int i; float f; long l; }; };
static struct value value;
int as_int(void) { return value.flag ? value.i : value.kind; }
