const char *where(void) { return "in " __FILE__ ": "; }

const char *const names[] = {__FILE__, "old.c"};
