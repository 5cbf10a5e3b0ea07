struct option { const char *name; int (*parse)(const char *); int flags[2]; const char *help; };
static int parse_int(const char *text) { return *text; }
static struct option options[] = {{"port", parse_int, {1, 2}, "a port"}, {.name = "host", .flags = {[1] = 3}}, {"new", parse_int, {0}, 0}};
int parse(int n, const char *t) { return options[n].parse ? options[n].parse(t) : 0; }
