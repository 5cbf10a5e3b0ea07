struct buffer { char *text; };
struct table { long size; struct table *next; };
struct list { struct list *next; long size; };
struct client { struct { int b; } *rows; char *out; struct table **all; unsigned char *name; long *counts; int (*run)(struct list *); };
struct server { union { struct table *out; long number; } to; struct { struct list *all; } in; };
struct client *clients;
struct server *server;
int f(void) { return clients->rows->b + clients->out[0] + (int)clients->counts[0] + (int)clients->all[0]->size + (int)server->in.all->size; }
