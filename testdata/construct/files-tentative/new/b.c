int shared;
void b(void) { shared += 2; }
