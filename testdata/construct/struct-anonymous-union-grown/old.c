struct value { unsigned kind:4; unsigned :4; unsigned flag:1; union { int i; float f; }; };
static struct value value;
int as_int(void) { return value.flag ? value.i : value.kind; }
