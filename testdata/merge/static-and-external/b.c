static int log_level = 7;
static int report(void) { return log_level * 2; }
int quiet(void) { return report(); }
