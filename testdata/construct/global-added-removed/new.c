static int fresh = 2;
int use(void) { return fresh; }
