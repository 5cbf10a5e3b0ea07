long total(void) { return 1; }
int use(void) { return total() + 1; }
