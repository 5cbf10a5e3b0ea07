struct open { int type; int fd; };
union job { int type; struct open open; struct { int type; int number; } free; };
struct pair { int high; int low; };
union raw { struct pair pair; long number; };
struct head { int length; int kind; };
union packet { struct head head; unsigned char bytes[16]; };
struct fine { int two; int one; int fresh; };
union variant { struct fine fine; char padding[16]; long words[2]; void *pointer; };
union job *jobs;
union raw *raw;
union packet *packets;
union variant *variants;
int f(void) { return jobs->type + jobs->open.fd + (int)raw->number + packets->head.kind + packets->bytes[1] + variants->fine.fresh + (int)variants->words[1]; }
