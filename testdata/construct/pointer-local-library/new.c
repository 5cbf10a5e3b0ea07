# 1 "/usr/include/string.h" 1 3 4
extern char *strcpy(char *restrict to, const char *restrict from);
extern char *strncpy(char *restrict to, const char *restrict from, unsigned long n);
# 1 "/usr/include/stdlib.h" 1 3 4
extern int putenv(char *string);
extern void *memset(void *at, int value, unsigned long n);
# 1 "conf.c"
struct conf { int port; int backlog; char name[16]; };
static struct conf conf;
void set_name(const char *n) { struct conf *c = &conf; strncpy(c->name, n, sizeof c->name - 1); c->port++; }
