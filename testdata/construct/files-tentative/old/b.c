int shared;
void b(void) { shared++; }
