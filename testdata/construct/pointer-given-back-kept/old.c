#include <string.h>
static char line[16];
static char *rest;
void parse(void) { rest = strchr(line, ':'); }
char *tail(void) { char *end = strchr(line, ':'); return end; }
