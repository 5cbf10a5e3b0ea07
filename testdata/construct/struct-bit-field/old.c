struct flags { unsigned open:1; unsigned kind:3; unsigned rest:4; };
static struct flags flags;
void set_kind(unsigned kind) { flags.kind = kind; }
unsigned get_open(void) { return flags.open; }
