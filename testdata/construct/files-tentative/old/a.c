int shared;
int a(void) { return shared; }
