struct open { int fd; int flags; };
union job { struct open open; struct { void *pointer; } free; };
union raw { struct open open; long number; };
union job *jobs;
union raw *raw;
int f(void) { return jobs->open.fd + raw->open.fd; }
