static int cell __attribute__((used)) = 6;
int other(void) { int r; __asm__("movl cell(%%rip), %0" : "=r"(r)); return r; }
