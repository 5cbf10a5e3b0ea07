struct chunk { int kind; union { struct { char *text; int length; } memory; struct { long length; int fd; int temporary; } file; } data; struct { int low, high; } one, two[2]; struct inner { int a; } in; };
struct chunk *chunks;
int f(struct chunk *c) { return c->data.file.fd + c->one.low + c->two[1].high + c->in.a; }
