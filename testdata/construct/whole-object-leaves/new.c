#include <stdlib.h>
#include <string.h>
struct conf { int port; int backlog; };
static struct conf conf;
static void *kept;
void save(void) { kept = malloc(sizeof conf); memcpy(kept, &conf, sizeof conf); }
void *leak(void) { return memset(&conf, 0, sizeof conf); }
static unsigned long length(void *of) { kept = of; return sizeof conf; }
void nested(void) { memset(&conf, 0, length(&conf)); }
int port(void) { return conf.port; }
