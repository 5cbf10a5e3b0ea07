int strcmp(const char *, const char *);
struct command { const char *name; int (*run)(int); };
struct module { const struct command *first; struct command *all; } module;
static int get(int n) { return n; }
static struct command commands[] = { { "get", get }, { 0, 0 } };
void start(void) { module.all = commands; }
static struct command *find(struct command *from, const char *name)
{
    for (; from->name; from++)
        if (!strcmp(from->name, name)) return from;
    return 0;
}
int call(const char *name, int n)
{
    struct command *found = find(module.all, name);
    if (found == commands) return 0;
    return found ? found->run(n) : -1;
}
int known(const char *name) { return find(commands, name) != 0; }
