#include <stdio.h>
#include <string.h>

struct command {
    const char *name;
    int (*run)(int);
};

/* Keeps the address of the table, as registries do. */
struct registry {
    struct command *all, *last;
};
static struct registry registry;

static int add(int n) { return n + 1; }
static int twice(int n) { return 2 * n; }

TABLE

__attribute__((noipa, noinline)) void start(void)
{
    registry.all = commands;
}

__attribute__((noipa, noinline)) struct command *find(struct command *from, const char *name)
{
    for (; from->name; from++)
        if (!strcmp(from->name, name))
            return from;
    return 0;
}

__attribute__((noipa, noinline)) void named(const char *name, int n)
{
    struct command *found = find(commands, name);
    printf("%s: %d\n", name, found ? found->run(n) : -1);
}

__attribute__((noipa, noinline)) void kept(const char *name, int n)
{
    struct command *found = find(registry.all, name);
    if (found)
        registry.last = found;
    printf("kept %s: %d\n", name, found ? found->run(n) : -1);
}

__attribute__((noipa, noinline)) void list(void)
{
    for (int i = 0; i < (int)(sizeof commands / sizeof *commands) - 1; i++)
        printf("%s ", commands[i].name);
    printf("last %s\n", registry.last ? registry.last->name : "none");
}

int main(void)
{
    char order, name[20];
    int n;
    setvbuf(stdout, 0, _IOLBF, 0);
    start();
    puts("ready");
    while (scanf(" %c", &order) == 1) {
        if (order == 'q')
            return 0;
        if (order == 'l')
            list();
        else if (order == 's')
            start();
        else if (scanf("%19s %d", name, &n) == 2)
            order == 'n' ? named(name, n) : kept(name, n);
    }
    return 1;
}
