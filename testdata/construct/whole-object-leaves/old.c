#include <stdlib.h>
#include <string.h>
struct conf { int port; };
static struct conf conf;
static void *kept;
void save(void) { kept = malloc(sizeof conf); memcpy(kept, &conf, sizeof conf); }
void *leak(void) { return memset(&conf, 0, sizeof conf); }
int port(void) { return conf.port; }
