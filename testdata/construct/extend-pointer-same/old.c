struct table { long size; struct table *next; };
struct client { struct table *all; char *name; void *any; int (*run)(struct table *, char *); };
struct client *clients;
int f(void) { return clients->run(clients->all, clients->name); }
