struct buffer { char *text; };
struct table { long size; struct table *next; };
struct client { struct { int a, b; } *rows; struct buffer *out; struct table *all; char *name; int *counts; int (*run)(struct table *); };
struct server { union { struct buffer *out; long number; } to; struct { struct table *all; } in; };
struct client *clients;
struct server *server;
int f(void) { return clients->rows->b + clients->out->text[0] + clients->counts[0] + clients->run(clients->all) + (int)server->in.all->size; }
