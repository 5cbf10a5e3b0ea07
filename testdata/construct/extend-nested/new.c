struct chunk { int kind; union { struct { char *text; int length; } memory; struct { long length; int fd; char temporary; char busy; } file; } data; struct { int low, step, high; } one, two[2]; struct inner { int a; } in, more[2]; };
struct chunk *chunks;
int f(struct chunk *c) { return c->data.file.fd + c->data.file.busy + c->one.step + c->two[1].step + c->more[1].a; }
