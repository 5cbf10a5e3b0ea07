struct open { int type; int fd; };
union job { int type; struct open open; struct { int type; int number; } free; };
union raw { struct open open; long number; };
union job *jobs;
union raw *raw;
int f(void) { return jobs->type + jobs->open.fd + raw->open.fd; }
