// Memory of the target for the runtime itself: no C library, no allocation that
// a thread stopped anywhere could be in the middle of.
struct polus_system;

long polus_raw(long number, const long *arguments);
void *polus_reserve(unsigned long bytes);
void polus_release(void *start, unsigned long bytes);
void polus_copy(void *to, const void *from, unsigned long bytes);
int polus_differ(const void *left, const void *right, unsigned long bytes);
