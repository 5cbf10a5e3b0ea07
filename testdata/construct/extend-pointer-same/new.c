struct sizes { long size; struct sizes *next; };
struct client { int fresh; struct sizes *all; unsigned char *name; struct sizes *any; int (*run)(const struct sizes *, unsigned char *); };
struct client *clients;
int f(void) { return clients->run(clients->all, clients->name) + clients->fresh; }
