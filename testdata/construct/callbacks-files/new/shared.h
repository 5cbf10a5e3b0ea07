struct item { int number; const char *name; };
const char *shared_name(int n);
