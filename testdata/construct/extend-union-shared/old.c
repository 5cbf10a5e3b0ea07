struct open { int fd; int flags; };
union job { struct open open; struct { void *pointer; } free; };
struct pair { int low; int high; };
union raw { struct pair pair; long number; };
struct head { int kind; int length; };
union packet { struct head head; unsigned char bytes[16]; };
struct fine { int one; int two; };
union variant { struct fine fine; char padding[16]; long words[2]; void *pointer; };
union job *jobs;
union raw *raw;
union packet *packets;
union variant *variants;
int f(void) { return jobs->open.fd + raw->pair.low + packets->head.kind + packets->bytes[1] + variants->fine.one + (int)variants->words[1]; }
