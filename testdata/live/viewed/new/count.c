// A counter, and two functions that others declare with other types.
unsigned int count = 10;
__attribute__((noinline)) unsigned int raise_by(unsigned int by) { return count += 2 * by; }
__attribute__((noinline)) const char *name_of(const char *text, int at) { return text + at; }
